import type { NoiseReductionType, RealtimeErrorBody } from '../realtime/api-proto.ts';

/**
 * The wire of a translation session.
 * https://developers.openai.com/api/reference/resources/realtime/translation-client-events
 */

/** The only rate, in and out, in Hz. */
export const TRANSLATION_SAMPLE_RATE = 24_000;

export interface TranslationNoiseReduction {
  type: NoiseReductionType;
  /** 0 to 1. Default 1. */
  strength?: number;
}

export interface TranslationConfig {
  audio: {
    input?: {
      transcription?: { model: string } | null;
      noise_reduction?: TranslationNoiseReduction | null;
    };
    output: { language: string };
  };
}

export type TranslationClientEvent = { event_id?: string } & (
  | { type: 'session.update'; session: TranslationConfig }
  | { type: 'session.input_audio_buffer.append'; audio: string }
  | { type: 'session.close' }
);

/** What the service announces of a session; gateways may leave out any of it. */
export interface TranslationSessionResource {
  id?: string;
  type?: 'translation';
  model?: string;
  /** Seconds since the epoch. */
  expires_at?: number;
  audio?: Partial<TranslationConfig['audio']>;
}

/** https://developers.openai.com/api/reference/resources/realtime/translation-server-events */
export type TranslationServerEvent = { event_id?: string } & (
  | { type: 'session.created' | 'session.updated'; session: TranslationSessionResource }
  | { type: 'session.closed' }
  | TranslationTranscriptDelta
  | TranslationAudioDelta
  | { type: 'error'; error: RealtimeErrorBody }
);

export interface TranslationTranscriptDelta {
  type: 'session.input_transcript.delta' | 'session.output_transcript.delta';
  /** Carries its own spaces. */
  delta: string;
  /** Where in the stream it belongs, in steps of 200 ms. */
  elapsed_ms?: number | null;
}

export interface TranslationAudioDelta {
  type: 'session.output_audio.delta';
  /** Base64. */
  delta: string;
  sample_rate?: number;
  channels?: number;
  format?: 'pcm16';
  elapsed_ms?: number | null;
}
