import type { Complaint } from '../errors.ts';

/** What `/transcribe-websocket` sends. https://soniox.com/docs/stt/api-reference/websocket-api */
export type TranscribeEvent = TranscribeResult | TranscribeFailure;

export interface Token {
  text: string;
  /** Of the audio; not of a translation. */
  start_ms?: number;
  end_ms?: number;
  confidence: number;
  is_final: boolean;
  /** With `enable_speaker_diarization`. */
  speaker?: string;
  /** With `enable_language_identification`, and of what is or was translated. */
  language?: string;
  translation_status?: 'none' | 'original' | 'translation';
  source_language?: string;
}

export interface TranscribeResult {
  /** Final ones, each told once, then those that may still change. */
  tokens: Token[];
  final_audio_proc_ms: number;
  total_audio_proc_ms: number;
  /** The last one. */
  finished?: true;
}

export interface TranscribeFailure extends Complaint {
  tokens: [];
}
