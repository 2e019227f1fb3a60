/**
 * What programs written for LiveKit's own plugin say. This file is compiled twice, with `soniox-under-test` as that
 * plugin and as this one, so that a difference is an error of the compiler. Nothing here is run.
 */
import { stt, voice } from '@livekit/agents';
import type { APIConnectOptions, tts } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import * as soniox from 'soniox-under-test';
import { STT, TTS } from 'soniox-under-test';
import type {
  ChunkedStream,
  ContextGeneralItem,
  ContextObject,
  ContextTranslationTerm,
  SpeechStream,
  STTOptions,
  SynthesizeStream,
  TranslationConfig,
  TTSOptions,
} from 'soniox-under-test';

export const agentSessions: voice.AgentSession[] = [
  new voice.AgentSession({ stt: new STT(), tts: new TTS() }),
  new voice.AgentSession({ stt: new soniox.STT({}), tts: new soniox.TTS({}) }),
];

const connOptions: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 2_000, timeoutMs: 10_000 };
declare const frame: AudioFrame;

const fact: ContextGeneralItem = { key: 'domain', value: 'ferries' };
const term: ContextTranslationTerm = { source: 'Zyphorra', target: 'Zifora' };
const context: ContextObject = { general: [fact], text: 'About ferries.', terms: ['Quill'], translationTerms: [term] };
const translations: TranslationConfig[] = [
  { type: 'one_way', targetLanguage: 'es' },
  { type: 'two_way', languageA: 'en', languageB: 'es' },
];

export const listening: Partial<STTOptions> = {
  apiKey: 'key',
  baseUrl: 'wss://stt-rt.eu.soniox.com/transcribe-websocket',
  model: 'stt-rt-v4',
  languageHints: ['en', 'es'],
  languageHintsStrict: true,
  context,
  numChannels: 1,
  sampleRate: 16_000,
  enableSpeakerDiarization: true,
  enableLanguageIdentification: true,
  maxEndpointDelayMs: 500,
  endpointLatencyAdjustmentLevel: 1,
  clientReferenceId: 'call',
  translation: translations[0]!,
};

export async function hearing(): Promise<void> {
  const ears = new STT({ ...listening, context: 'About ferries.' });
  const named: [string, string, string] = [ears.label, ears.model, ears.provider];
  const { streaming, interimResults }: stt.STTCapabilities = ears.capabilities;
  const stream: SpeechStream = ears.stream({ connOptions });
  stream.pushFrame(frame);
  stream.flush();
  for await (const { type, alternatives } of stream) {
    if (type === stt.SpeechEventType.FINAL_TRANSCRIPT)
      void [alternatives?.[0].text, alternatives?.[0].targetTexts, named];
  }
  stream.endInput();
  stream.close();
  ears.on('error', ({ error, recoverable }) => void [error, recoverable]);
  if (streaming && interimResults) await ears.close();
}

export const speaking: Partial<TTSOptions> = {
  model: 'tts-rt-v1',
  language: 'en',
  voice: 'Maya',
  audioFormat: 'pcm_s16le',
  sampleRate: 24_000,
  bitrate: null,
  speed: 1.1,
  apiKey: 'key',
  websocketUrl: 'wss://tts-rt.soniox.com/tts-websocket',
};

export async function speech(): Promise<tts.SynthesizedAudio[]> {
  const mouth = new TTS(speaking);
  mouth.prewarm();
  mouth.updateOptions({ model: 'any-model-there-is', language: 'tlh', voice: 'Worf', speed: 1 });
  const stream: SynthesizeStream = mouth.stream({ connOptions });
  const whole: tts.ChunkedStream = mouth.synthesize('Hello.', connOptions, new AbortController().signal);
  stream.pushText(`${mouth.label} ${mouth.model} ${mouth.provider} ${mouth.sampleRate}`);
  stream.flush();
  stream.endInput();
  const heard: tts.SynthesizedAudio[] = [];
  for await (const audio of whole) heard.push(audio);
  for await (const audio of stream) if (typeof audio !== 'symbol') heard.push(audio);
  stream.close();
  await mouth.close();
  return heard;
}

export type Streams = [ChunkedStream, SynthesizeStream, SpeechStream];
