/**
 * What programs written for LiveKit's own plugin say. This file is compiled twice, with `deepgram-under-test` as that
 * plugin and as this one, so that a difference is an error of the compiler. Nothing here is run.
 */
import { stt, tokenize, voice } from '@livekit/agents';
import type { APIConnectOptions, tts } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import * as deepgram from 'deepgram-under-test';
import { STT, STTv2, TTS } from 'deepgram-under-test';
import type {
  ChunkedStream,
  FluxRedaction,
  SpeechStream,
  STTLanguages,
  STTModels,
  STTOptions,
  STTv2Options,
  SynthesizeStream,
  TTSEncoding,
  TTSModels,
  TTSOptions,
  V2Models,
} from 'deepgram-under-test';

export const agentSessions: voice.AgentSession[] = [
  new voice.AgentSession({ stt: new STT(), tts: new TTS() }),
  new voice.AgentSession({ stt: new deepgram.STTv2(), tts: new deepgram.TTS() }),
];

const connOptions: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 2_000, timeoutMs: 10_000 };
declare const frame: AudioFrame;

// Nova.

const model: STTModels = 'nova-3';
const language: STTLanguages = 'multi';

export const listening: Partial<STTOptions> = {
  apiKey: 'key',
  model,
  language,
  detectLanguage: false,
  interimResults: true,
  punctuate: true,
  smartFormat: true,
  noDelay: true,
  endpointing: 25,
  fillerWords: true,
  sampleRate: 16_000,
  numChannels: 1,
  keywords: [['Patchbay', 1.5]],
  keyterm: ['Patchbay'],
  profanityFilter: false,
  redact: ['pci', 'ssn'],
  utteranceEndMs: 1_000,
  replace: { colour: 'color' },
  search: ['lighthouse'],
  dictation: false,
  diarize: true,
  numerals: true,
  mipOptOut: true,
  baseUrl: 'wss://deepgram.example.com',
};
export const nothingThere: Partial<STTOptions> = { utteranceEndMs: null, replace: null, search: null, redact: 'pci' };

export async function nova(): Promise<stt.SpeechEvent> {
  const ears = new STT({ ...listening, model: 'any-model-there-is', language: 'tlh' });
  const label: string = ears.label;
  const named: [string, string] = [ears.model, ears.provider];
  const { streaming, interimResults }: stt.STTCapabilities = ears.capabilities;
  const stream: SpeechStream = ears.stream({ connOptions });
  stream.pushFrame(frame);
  stream.flush();
  stream.updateOptions({ language: 'de', keyterm: ['Quill'] });
  ears.updateOptions({ model: 'nova-2-general', language: 'de' });
  ears._updateSessionKeyterms([label, ...named]);
  for await (const { type, alternatives } of stream) {
    if (type === stt.SpeechEventType.FINAL_TRANSCRIPT) void [alternatives?.[0].text, alternatives?.[0].words?.[0]];
  }
  stream.endInput();
  stream.close();
  ears.on('error', ({ error, recoverable }) => void [error, recoverable]);
  ears.on('metrics_collected', ({ audioDurationMs }) => void audioDurationMs);
  if (streaming && interimResults) await ears.close();
  return ears.recognize([frame]);
}

// Flux.

const flux: V2Models = 'flux-general-multi';
const redact: FluxRedaction = 'aggressive_numbers';

export const turns: Partial<STTv2Options> = {
  apiKey: 'key',
  model: flux,
  sampleRate: 16_000,
  keyterms: ['Patchbay'],
  endpointUrl: 'wss://api.deepgram.com/v2/listen',
  language: 'en',
  eagerEotThreshold: 0.5,
  eotThreshold: 0.7,
  eotTimeoutMs: 5_000,
  mipOptOut: true,
  numerals: true,
  profanityFilter: true,
  redact,
  tags: ['call'],
  languageHint: ['en', 'es'],
};

export async function inTurns(): Promise<void> {
  const ears = new STTv2(turns);
  const stream: stt.SpeechStream = ears.stream({ connOptions });
  const named: string[] = [ears.label, ears.model, ears.provider];
  ears.updateOptions({ eotThreshold: 0.8, keyterms: named, languageHint: ['fr'], tags: [] });
  ears._updateSessionKeyterms(['Quill']);
  for await (const { type, alternatives, requestId } of stream) {
    if (type === stt.SpeechEventType.PREFLIGHT_TRANSCRIPT) void [alternatives?.[0].sourceLanguages, requestId];
  }
}

// Speech.

const speaker: TTSModels = 'aura-2-andromeda-en';
const encoding: TTSEncoding = 'linear16';

export const speaking: Partial<TTSOptions> = {
  model: speaker,
  encoding,
  sampleRate: 24_000,
  bitRate: null,
  speed: 1.1,
  mipOptOut: false,
  apiKey: 'key',
  baseUrl: 'https://api.deepgram.com',
  sentenceTokenizer: new tokenize.basic.SentenceTokenizer({ minSentenceLength: 8 }),
  capabilities: { streaming: false },
};

export async function speech(): Promise<tts.SynthesizedAudio[]> {
  const mouth = new TTS(speaking);
  mouth.updateOptions({ model: 'aura-2-thalia-en', speed: 1, mipOptOut: true });
  const stream: tts.SynthesizeStream = mouth.stream({ connOptions });
  const whole: tts.ChunkedStream = mouth.synthesize('Hello.', connOptions, new AbortController().signal);
  stream.pushText(`${mouth.label} ${mouth.model} ${mouth.provider} ${mouth.sampleRate}`);
  stream.flush();
  stream.endInput();
  const heard: tts.SynthesizedAudio[] = [];
  for await (const audio of whole) heard.push(audio);
  for await (const audio of stream) if (typeof audio !== 'symbol') heard.push(audio);
  return heard;
}

export type Streams = [ChunkedStream, SynthesizeStream, SpeechStream];
