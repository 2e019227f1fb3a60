import type { Proof } from './pains.ts';

/** Something that a user may look for in this plugin. Either a test shows it, or there is a reason why it is not there. */
export interface Feature {
  area: string;
  feature: string;
  /** What `@livekit/agents-plugin-openai` 1.9.0 makes of it. */
  upstream: 'partly' | 'no';
  tests?: readonly Proof[];
  reason?: string;
}

const chat = 'Chat completions';
const responses = 'Responses';
const listening = 'Speech to text';
const speaking = 'Text to speech';
const realtime = 'Realtime';
const everywhere = 'Every class';

const yes = (area: string, feature: string, upstream: 'partly' | 'no', ...tests: Proof[]): Feature => ({
  area,
  feature,
  upstream,
  tests,
});

const source = 'plugins/openai/src';

export const features: readonly Feature[] = [
  yes(chat, 'verbosity, prompt cache, safety identifier', 'no', [
    file('chat/request.test.ts'),
    'carries every option, temperature 0 too',
  ]),
  yes(chat, 'structured output', 'no', [file('chat/request.test.ts'), 'structured output']),
  yes(chat, 'extra headers, query and body, on the model and per call', 'partly', [
    file('chat/request.test.ts'),
    'has key, headers, query and organization',
  ]),
  yes(chat, 'temperature 0', 'no', [file('chat/request.test.ts'), 'carries every option, temperature 0 too']),
  yes(chat, 'presets for sambanova, openrouter, cometapi, nebius, letta and vercel', 'no', [
    file('chat/presets.test.ts'),
    'has every preset of upstream',
  ]),
  yes(chat, 'Azure', 'partly', [file('azure.test.ts'), 'pain 17: an AzureOpenAI client of openai']),

  yes(responses, 'an abort stops generation, over HTTP', 'no', [
    file('responses/http.test.ts'),
    'pain 9: an interruption ends the request',
  ]),
  yes(responses, 'an abort stops generation, on a WebSocket', 'no', [
    file('responses/trouble.test.ts'),
    'pain 9: an interruption',
  ]),
  yes(responses, 'a client, headers, organization and project of your own on a WebSocket', 'no', [
    file('responses/connection.test.ts'),
    'pain 15: key, base URL and client',
  ]),
  yes(responses, 'the query of a base URL is kept', 'no', [file('responses/connection.test.ts'), 'pain 13: base URLs']),
  yes(responses, 'continues a response without sending it again', 'partly', [
    file('responses/continuation.test.ts'),
    'pain 8: a turn that continues the response before it',
  ]),
  yes(responses, 'parallel turns on one instance', 'partly', [
    file('responses/continuation.test.ts'),
    'have sockets of their own and never take over each other’s chain',
  ]),
  yes(responses, 'lanes', 'no', [
    file('responses/lanes.test.ts'),
    'parallel turns share a socket and keep their chains apart',
  ]),
  yes(responses, 'warm-up', 'no', [
    file('responses/warm-up.test.ts'),
    'is understood by the cloud behind %s, and lasts beyond 30 s',
  ]),
  yes(responses, 'steering a reply that is under way', 'no', [
    file('responses/steering.test.ts'),
    'adds to the reply that is being made %o',
  ]),
  yes(responses, 'a socket is replaced before its 60 minutes are over', 'partly', [
    file('responses/continuation.test.ts'),
    'pain 6: a socket at the end of its hour',
  ]),
  yes(responses, 'pings, and a probe before an idle socket is used', 'no', [
    file('responses/trouble.test.ts'),
    'pain 18: sockets that died unseen',
  ]),
  yes(responses, 'deadlines for the first event and for silence', 'no', [
    file('responses/llm.test.ts'),
    'silence after the request is a timeout and is tried again on another socket',
  ]),
  yes(responses, 'a stale pooled socket costs no retry', 'partly', [
    file('responses/trouble.test.ts'),
    'pain 18: sockets that died unseen',
  ]),
  yes(responses, 'status and body of a refused upgrade', 'no', [
    file('responses/trouble.test.ts'),
    'pain 20: a refused upgrade',
  ]),
  yes(responses, 'hosted MCP servers', 'no', [
    file('responses/hosted-tools.test.ts'),
    'work without a trace in the reply',
  ]),
  yes(responses, 'reasoning items, kept and sent again', 'no', [
    file('responses/reasoning-items.test.ts'),
    'pain 8: is never sent twice',
  ]),
  yes(responses, 'structured output', 'no', [file('responses/structured-output.test.ts'), 'a structured reply']),

  yes(listening, 'deadline for the dial', 'no', [
    'packages/plugin-kit/src/streaming-stt-recovery.test.ts',
    'gives the dial connOptions.timeoutMs and no more',
  ]),
  yes(listening, 'reconnects after the service closed', 'no', [file('stt/stt.test.ts'), 'pain 3: never deaf']),
  yes(listening, 'an error that can be recovered from is one', 'no', [file('stt/refusal.test.ts'), 'a refused event']),
  yes(listening, 'typed errors of requests', 'no', [file('stt/recognize.test.ts'), 'pain 20: a refused key']),
  yes(listening, 'streams of requests that hear what was said, and not what has overwritten it', 'no', [
    file('stt/batch-stream.test.ts'),
    'the audio that is sent is the audio that was said',
  ]),
  yes(listening, 'a piece of speech that fails is an error, and neither silence nor the end', 'no', [
    file('stt/batch-stream.test.ts'),
    'and is no deafer for a piece that was lost',
  ]),
  yes(listening, 'token usage of requests in a session', 'no', [
    file('stt/batch-stream.test.ts'),
    'says what was said, turn by turn, and what it cost, once',
  ]),
  yes(listening, 'the language that whisper-1 heard', 'no', [
    file('stt/recognize.test.ts'),
    'takes the language that was heard',
  ]),
  yes(listening, 'Azure', 'no', [
    file('azure-cloud.test.ts'),
    'works on after its token has expired, with the next one of its provider',
  ]),
  yes(listening, 'interim transcripts at a bearable rate', 'no', [
    file('stt/transcripts.test.ts'),
    'come at once, and then twice a second',
  ]),
  yes(listening, 'confidence', 'no', [file('stt/transcripts.test.ts'), 'is the mean probability']),

  yes(speaking, 'heard while it is synthesised', 'no', [
    file('tts/tts.test.ts'),
    'pain 10: heard while it is made, and retried like everything else',
  ]),
  yes(speaking, 'retries', 'no', [file('tts/tts.test.ts'), 'a 503 costs a retry']),
  yes(speaking, 'token usage', 'no', [file('tts/tts.test.ts'), 'asks for events where the model has them']),
  yes(speaking, 'response formats', 'no', [file('tts/tts.test.ts'), 'says which ones work']),
  yes(speaking, 'prewarm', 'no', [file('tts/tts.test.ts'), 'prewarm opens the connection']),
  yes(speaking, 'Azure', 'no', [
    file('azure-cloud.test.ts'),
    'works on after its token has expired, with the next one of its provider',
  ]),

  yes(realtime, 'a failed connect is an error event', 'no', [
    file('realtime/realtime-connection.test.ts'),
    'pain 1: a connect failure',
  ]),
  yes(realtime, 'reconnects with its context, function calls included', 'partly', [
    file('realtime/realtime-recovery.test.ts'),
    'pain 7: a lost socket',
  ]),
  yes(realtime, 'back-off and a budget for reconnects', 'partly', [
    file('realtime/realtime-connection.test.ts'),
    'pain 5: sockets that die at once',
  ]),
  yes(realtime, 'bounded queue', 'no', [
    file('realtime/realtime-faults.test.ts'),
    'a service that stops reading costs the oldest audio',
  ]),
  yes(realtime, 'input is resampled', 'no', [file('realtime/realtime-audio.test.ts'), 'pain 25: audio to the service']),
  yes(realtime, '`updateOptions` for everything', 'no', [
    file('realtime/realtime-options.test.ts'),
    'can change while a session is open, by the session or by its model',
  ]),
  yes(realtime, '`truncation` and `maxResponseOutputTokens`', 'no', [
    file('realtime/realtime-options.test.ts'),
    'is taken by the constructor',
  ]),
  yes(realtime, 'tools and tool choice of one reply', 'no', [
    file('realtime/realtime-options.test.ts'),
    'has its own tools and tool choice, in the form of the API',
  ]),
  yes(realtime, 'a chosen function', 'no', [
    file('realtime/realtime-replies.test.ts'),
    'a chosen function is sent as one, not as a mode of that name',
  ]),
  yes(realtime, 'pictures', 'partly', [file('realtime/realtime-pictures.test.ts'), 'shows the model a picture']),
  yes(realtime, 'confidence, and when a turn started', 'no', [
    file('realtime/realtime-audio.test.ts'),
    'comes as the whole text so far, then final',
  ]),
  yes(realtime, 'one create or cancel at a time', 'no', [
    file('realtime/realtime-replies.test.ts'),
    'pain 11: create and cancel',
  ]),
  yes(realtime, 'truncation within what arrived', 'no', [
    file('realtime/realtime-audio.test.ts'),
    'pain 24: truncation',
  ]),
  yes(realtime, 'idle timeout', 'no', [file('realtime/realtime-idle.test.ts'), 'is told, and the model speaks']),
  yes(realtime, 'hosted MCP servers', 'no', [file('realtime/realtime-mcp.test.ts'), 'is listed, called and answered']),
  yes(realtime, 'translation', 'no', [
    file('translation/translation-agent.test.ts'),
    'a phrase is heard translated, and the next one after it',
  ]),
  yes(realtime, 'GPT-Live: query kept, a refused key told once', 'partly', [
    file('live/gpt-live-connection.test.ts'),
    'pain 20: a wrong key is told once',
  ]),

  yes(everywhere, 'regional hosts of OpenAI', 'partly', [file('stt/stt.test.ts'), 'pain 14: where the model is named']),
  yes(everywhere, 'keys and tokens are asked for on every attempt', 'no', [
    file('stt/stt.test.ts'),
    'pain 16: asks for the key on every attempt, and sends the headers of the user',
  ]),
  yes(everywhere, 'proxy and agent on sockets', 'no', [file('responses/connection.test.ts'), 'pain 16: agents']),
];

function file(path: string): string {
  return [source, path].join('/');
}
