/** What `/v2/listen` sends. https://developers.deepgram.com/reference/speech-to-text/listen-flux */
export type FluxEvent = FluxMessage & Numbered;

/** `sequence_id` counts everything that the server sends. */
interface Numbered {
  sequence_id: number;
}

/** Before it is numbered. */
export type FluxMessage =
  | { type: 'Connected'; request_id: string }
  | TurnInfo
  | {
      type: 'ConfigureSuccess';
      request_id: string;
      thresholds: Thresholds;
      keyterms: string[];
      language_hints?: string[];
    }
  | { type: 'ConfigureFailure'; request_id: string; code: string; description: string }
  | { type: 'Error'; code: string; description: string };

/** The stream goes on. The SDK has no type for it: https://developers.deepgram.com/docs/flux/force-end-turn */
export interface FluxWarning {
  type: 'Warning';
  code: string;
  description: string;
}

export interface Thresholds {
  eager_eot_threshold?: number;
  eot_threshold: number;
  eot_timeout_ms: number;
}

export type TurnEvent = 'Update' | 'StartOfTurn' | 'EagerEndOfTurn' | 'TurnResumed' | 'EndOfTurn';

export interface TurnInfo {
  type: 'TurnInfo';
  request_id: string;
  event: TurnEvent;
  turn_index: number;
  /** Seconds. */
  audio_window_start: number;
  audio_window_end: number;
  transcript: string;
  words: { word: string; confidence: number; start: number; end: number }[];
  end_of_turn_confidence: number;
  /** Of an `EndOfTurn`, and of nothing else. */
  trigger?: 'model' | 'manual' | 'timeout';
  /** With `flux-general-multi`. */
  languages?: string[];
  languages_hinted?: string[];
}
