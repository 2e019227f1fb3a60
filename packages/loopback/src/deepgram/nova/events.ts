/** What `/v1/listen` sends. https://developers.deepgram.com/reference/speech-to-text/listen-streaming */
export type NovaEvent = Results | Metadata | UtteranceEnd | SpeechStarted;

export interface ResultWord {
  /** Lower case, without punctuation. */
  word: string;
  start: number;
  end: number;
  confidence: number;
  /** With `punctuate` or `smart_format`. */
  punctuated_word?: string;
  /** With `diarize`. */
  speaker?: number;
  /** With `language=multi`. */
  language?: string;
}

export interface Alternative {
  transcript: string;
  confidence: number;
  languages?: string[];
  words: ResultWord[];
}

export interface Results {
  type: 'Results';
  /** The channel, and how many there are. */
  channel_index: [number, number];
  /** Seconds. */
  duration: number;
  start: number;
  is_final: boolean;
  speech_final: boolean;
  channel: { alternatives: Alternative[] };
  metadata: {
    request_id: string;
    model_info: { name: string; version: string; arch: string };
    model_uuid: string;
    diarize_info?: { model_uuid: string; arch: string };
  };
  from_finalize: boolean;
  /** With `detect_entities`: none are ever found. */
  entities?: [];
}

export interface Metadata {
  type: 'Metadata';
  transaction_key: 'deprecated';
  request_id: string;
  /** Of all the audio that came. */
  sha256: string;
  created: string;
  duration: number;
  channels: number;
  models: string[];
  model_info: Record<string, { name: string; version: string; arch: string }>;
}

export interface UtteranceEnd {
  type: 'UtteranceEnd';
  channel: [number, number];
  last_word_end: number;
}

export interface SpeechStarted {
  type: 'SpeechStarted';
  channel: [number, number];
  timestamp: number;
}

/**
 * What is wrong with a message; the stream goes on. The SDK has no type for it: https://developers.deepgram.com/docs/configure
 */
export type NovaComplaint =
  | { type: 'Error'; variant: 'SchemaError'; description: string; message: string }
  | { type: 'Error'; variant: 'InvalidConfigureMessage'; description: string; code?: string };
