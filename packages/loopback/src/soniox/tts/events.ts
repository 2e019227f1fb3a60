import type { Complaint } from '../errors.ts';

/** What `/tts-websocket` sends. https://soniox.com/docs/tts/api-reference/websocket-api */
export type SpeechEvent = SpeechAudio | StreamTerminated | StreamFailure | Complaint;

export interface SpeechAudio {
  stream_id: string;
  /** Base64. */
  audio: string;
  /** With `return_timestamps`. */
  timestamps?: Timestamps;
  /** The last audio of the stream. */
  audio_end?: true;
}

/** When each character is heard, in seconds of the stream. https://soniox.com/docs/tts/rt/timestamps */
export interface Timestamps {
  characters: string[];
  character_start_times_seconds: number[];
  character_end_times_seconds: number[];
}

/** Only now may the id be used again. */
export interface StreamTerminated {
  stream_id: string;
  terminated: true;
}

export interface StreamFailure extends Complaint {
  stream_id: string;
}
