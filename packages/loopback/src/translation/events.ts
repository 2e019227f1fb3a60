import type { ErrorBody } from '../realtime/events.ts';

/**
 * What the service sends on a translation socket.
 * https://developers.openai.com/api/reference/resources/realtime/translation-server-events
 */

export interface NoiseReduction {
  type: 'near_field' | 'far_field';
  strength?: number;
}

export interface TranslationSettings {
  type: 'translation';
  id: string;
  model: string;
  /** Seconds since the epoch. */
  expires_at: number;
  audio: {
    input: { noise_reduction: NoiseReduction | null; transcription: { model: string } | null };
    output: { language: string };
  };
}

/** Where in the stream something belongs: milliseconds of audio that were taken in, in steps of 200. */
interface Delta {
  delta: string;
  elapsed_ms: number;
}

export type TranslationEvent =
  | { type: 'session.created' | 'session.updated'; session: TranslationSettings }
  | { type: 'session.closed' }
  | ({ type: 'session.input_transcript.delta' | 'session.output_transcript.delta' } & Delta)
  | ({ type: 'session.output_audio.delta'; sample_rate: number; channels: number; format: 'pcm16' } & Delta)
  | { type: 'error'; error: ErrorBody };
