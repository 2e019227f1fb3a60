/**
 * What `@livekit/agents-plugin-soniox` 1.7.0 exports, written down from the report of its API: it is not on npm.
 * https://github.com/livekit/agents-js/blob/8c88e3b3acb3ab32dc2d7b19073379f726704015/plugins/soniox/etc/agents-plugin-soniox.api.md
 */
import type { APIConnectOptions, AudioBuffer, stt, tts } from '@livekit/agents';

export interface ContextGeneralItem {
  key: string;
  value: string;
}
export interface ContextTranslationTerm {
  source: string;
  target: string;
}
export interface ContextObject {
  general?: ContextGeneralItem[];
  terms?: string[];
  text?: string;
  translationTerms?: ContextTranslationTerm[];
}
export type TranslationConfig =
  | { type: 'one_way'; targetLanguage: string }
  | { type: 'two_way'; languageA: string; languageB: string };

export interface STTOptions {
  apiKey?: string;
  baseUrl: string;
  clientReferenceId?: string;
  context?: ContextObject | string;
  enableLanguageIdentification: boolean;
  enableSpeakerDiarization: boolean;
  endpointLatencyAdjustmentLevel?: number;
  languageHints?: string[];
  languageHintsStrict: boolean;
  maxEndpointDelayMs: number;
  model: string;
  numChannels: number;
  sampleRate: number;
  translation?: TranslationConfig;
}
export declare class STT extends stt.STT {
  constructor(options?: Partial<STTOptions>);
  label: string;
  get model(): string;
  get provider(): string;
  _recognize(audio: AudioBuffer): Promise<stt.SpeechEvent>;
  stream(options?: { connOptions?: APIConnectOptions }): SpeechStream;
}
export declare class SpeechStream extends stt.SpeechStream {
  constructor(stt: STT, options: STTOptions, connOptions?: APIConnectOptions);
  label: string;
  protected run(): Promise<void>;
}

export interface TTSOptions {
  apiKey?: string;
  audioFormat: string;
  bitrate?: number | null;
  language: string;
  model: string;
  sampleRate: number;
  speed: number;
  voice: string;
  websocketUrl: string;
}
export declare class TTS extends tts.TTS {
  constructor(options?: Partial<TTSOptions>);
  label: string;
  get model(): string;
  get provider(): string;
  updateOptions(options: Partial<Pick<TTSOptions, 'model' | 'language' | 'voice' | 'speed'>>): void;
  synthesize(text: string, connOptions?: APIConnectOptions, abortSignal?: AbortSignal): tts.ChunkedStream;
  stream(options?: { connOptions?: APIConnectOptions }): SynthesizeStream;
  prewarm(): void;
  close(): Promise<void>;
}
export declare class ChunkedStream extends tts.ChunkedStream {
  constructor(tts: TTS, text: string, options: TTSOptions, connOptions?: APIConnectOptions, abortSignal?: AbortSignal);
  label: string;
  protected run(): Promise<void>;
}
export declare class SynthesizeStream extends tts.SynthesizeStream {
  constructor(tts: TTS, options: TTSOptions, connOptions?: APIConnectOptions);
  label: string;
  protected run(): Promise<void>;
  close(): void;
}
