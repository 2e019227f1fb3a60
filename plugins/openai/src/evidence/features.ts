import { file, type Proof } from './proof.ts';

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

export const features: readonly Feature[] = [
  yes(chat, 'verbosity, prompt cache, safety identifier', 'no', [
    file('chat/request.test.ts'),
    'carries every option, temperature 0 too',
  ]),
  yes(chat, 'structured output', 'no', [file('chat/request.test.ts'), 'structured output']),
  yes(
    chat,
    'extra headers, query and body, on the model and per call',
    'partly',
    [file('chat/request.test.ts'), 'has key, headers, query and organization'],
    [file('chat/request.test.ts'), 'can be said per call: extra_headers, extra_query, and another model'],
  ),
  yes(chat, 'temperature 0', 'no', [file('chat/request.test.ts'), 'carries every option, temperature 0 too']),
  yes(chat, 'presets for sambanova, openrouter, cometapi, nebius, letta and vercel', 'no', [
    file('chat/presets.test.ts'),
    '%s: LLM.%s',
  ]),
  yes(chat, 'Azure', 'partly', [file('azure-cloud.test.ts'), 'pain 17: LLM through azure']),

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
    'parallel turns share a socket and keep their chains apart; stored: %s',
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
  yes(
    responses,
    'deadlines for the first event and for silence',
    'no',
    [file('responses/llm.test.ts'), 'silence after the request is a timeout and is tried again on another socket'],
    [file('responses/llm.test.ts'), 'silence after words is a timeout and is not tried again'],
    [file('responses/http.test.ts'), 'a model that thinks may take longer for its first event, and no other'],
  ),
  yes(
    responses,
    'events that are none are passed over, on a WebSocket and over HTTP',
    'partly',
    [file('responses/llm.test.ts'), 'garbage before the end'],
    [file('responses/http.test.ts'), 'pain 4: events that are none are passed over'],
  ),
  yes(responses, 'raw events of the server and the client', 'no', [
    file('responses/raw-events.test.ts'),
    'every event is told once and as it is, also those of which nothing is read',
  ]),
  yes(responses, 'a stale pooled socket costs no retry', 'partly', [
    file('responses/trouble.test.ts'),
    'pain 18: sockets that died unseen',
  ]),
  yes(responses, 'a socket that was closed between turns is replaced before the next one', 'no', [
    file('responses/reads.test.ts'),
    'is replaced meanwhile: the next turn finds one that is open, and says everything',
  ]),
  yes(responses, 'status and body of a refused upgrade', 'no', [
    file('responses/trouble.test.ts'),
    'pain 20: a refused upgrade',
  ]),
  yes(responses, 'hosted MCP servers', 'no', [
    file('responses/hosted-tools.test.ts'),
    'work without a trace in the reply',
  ]),
  yes(
    responses,
    'reasoning items, kept and sent again',
    'no',
    [file('responses/reasoning-items.test.ts'), 'goes back before the words that it led to, with their phase'],
    [
      file('responses/reasoning-items.test.ts'),
      'pain 8: is never sent twice, neither on top of a continuation nor of itself',
    ],
  ),
  yes(responses, 'structured output', 'no', [file('responses/structured-output.test.ts'), 'a structured reply']),

  yes(listening, 'deadline for the dial', 'no', [
    'packages/plugin-kit/src/streaming-stt-recovery.test.ts',
    'gives the dial connOptions.timeoutMs and no more',
  ]),
  yes(listening, 'reconnects after the service closed', 'no', [file('stt/stt.test.ts'), 'pain 3: never deaf']),
  yes(listening, 'an error that can be recovered from is one', 'no', [file('stt/refusal.test.ts'), 'a refused event']),
  yes(listening, 'typed errors of requests', 'no', [
    file('stt/recognize.test.ts'),
    'pain 20: a refused key is one typed error, and is not asked for again',
  ]),
  yes(listening, 'streams of requests that hear what was said, and not what has overwritten it', 'no', [
    file('stt/batch-stream.test.ts'),
    'the audio that is sent is the audio that was said, by the stream',
  ]),
  yes(listening, 'a piece of speech that fails is an error, and neither silence nor the end', 'no', [
    file('stt/batch-stream.test.ts'),
    'retries by %s, and is no deafer for a piece that was lost',
  ]),
  yes(listening, 'token usage of requests in a session', 'no', [
    file('stt/batch-stream.test.ts'),
    'says what was said, turn by turn, and what it cost, once',
  ]),
  yes(listening, 'the language that whisper-1 heard', 'no', [
    file('stt/recognize.test.ts'),
    'takes the language that was heard over the one that was expected',
  ]),
  yes(listening, 'Azure', 'no', [file('azure-cloud.test.ts'), 'pain 17: STT through azure']),
  yes(listening, 'interim transcripts at a bearable rate', 'no', [
    file('stt/transcripts.test.ts'),
    'come at once, and then twice a second if that is asked for; the last one is not lost before the final one',
  ]),
  yes(listening, 'confidence', 'no', [
    file('stt/transcripts.test.ts'),
    'is the mean probability of the tokens, of those so far while they come',
  ]),

  yes(speaking, 'heard while it is synthesised', 'no', [
    file('tts/tts.test.ts'),
    'plays before the service has finished',
  ]),
  yes(speaking, 'retries', 'no', [
    file('tts/tts.test.ts'),
    'a 503 costs a retry and not the sentence; the request is made anew',
  ]),
  yes(speaking, 'token usage', 'no', [
    file('tts/tts.test.ts'),
    'asks for events where the model has them, for the tokens that LiveKit counts',
  ]),
  yes(speaking, 'response formats', 'no', [file('tts/tts.test.ts'), 'response formats']),
  yes(speaking, 'prewarm', 'no', [
    file('tts/tts.test.ts'),
    'prewarm opens the connection that the first sentence takes, and later ones',
  ]),
  yes(speaking, 'Azure', 'no', [file('azure-cloud.test.ts'), 'pain 17: TTS through azure']),

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
    'a service that stops reading costs the oldest audio, and no memory',
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
    'has its own tools and tool choice, in the form of the API, and the session keeps its',
  ]),
  yes(realtime, 'a chosen function', 'no', [
    file('realtime/realtime-replies.test.ts'),
    'a chosen function is sent as one, not as a mode of that name',
  ]),
  yes(realtime, 'pictures', 'partly', [file('realtime/realtime-pictures.test.ts'), 'shows the model a picture']),
  yes(realtime, 'confidence, and when a turn started', 'no', [
    file('realtime/realtime-audio.test.ts'),
    'comes as the whole text so far, then final, with the time at which the turn began',
  ]),
  yes(realtime, 'one create or cancel at a time', 'no', [
    file('realtime/realtime-replies.test.ts'),
    'pain 11: create and cancel',
  ]),
  yes(realtime, 'truncation within what arrived', 'no', [
    file('realtime/realtime-audio.test.ts'),
    'pain 24: truncation',
  ]),
  yes(realtime, 'idle timeout', 'no', [
    file('realtime/realtime-idle.test.ts'),
    'is told, and the model speaks: a turn of its own, without a message from the caller',
  ]),
  yes(realtime, 'hosted MCP servers', 'no', [
    file('realtime/realtime-mcp.test.ts'),
    'is listed, called and answered: the model is asked for its reply once, when the result is there',
  ]),
  yes(realtime, 'translation', 'no', [
    file('translation/translation-agent.test.ts'),
    'a phrase is heard translated, and the next one after it, and both sides are written down',
  ]),
  yes(
    realtime,
    'GPT-Live: query kept, a refused key told once',
    'partly',
    [
      file('live/gpt-live-connection.test.ts'),
      'keeps the query of the base URL, adds yours, and sends headers and a fresh key',
    ],
    [
      file('live/gpt-live-connection.test.ts'),
      'pain 20: a wrong key is told once, with its status and the words of the service, and not tried again',
    ],
  ),

  yes(
    everywhere,
    'regional hosts of OpenAI',
    'partly',
    [file('stt/stt.test.ts'), 'takes %s for OpenAI itself'],
    [file('responses/connection.test.ts'), 'pain 14: the place of the model'],
  ),
  yes(
    everywhere,
    'keys and tokens are asked for on every attempt',
    'no',
    [file('stt/stt.test.ts'), 'pain 16: asks for the key on every attempt, and sends the headers of the user'],
    [file('responses/http.test.ts'), 'asks for the key on every attempt'],
    [file('every-class.test.ts'), 'asks for the key when it needs it'],
  ),
  yes(
    everywhere,
    'proxy and agent on sockets',
    'no',
    [file('every-class.test.ts'), 'pain 16: goes through a proxy, with the headers and the query of the user'],
    [file('every-class.test.ts'), 'pain 16: uses the agent that it is given'],
  ),
];
