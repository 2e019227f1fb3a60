/** What `/v1/speak` sends beside audio. https://developers.deepgram.com/reference/text-to-speech/speak-streaming */
export type SpeakEvent =
  | {
      type: 'Metadata';
      request_id: string;
      model_name: string;
      model_version: string;
      model_uuid: string;
    }
  | { type: 'Flushed' | 'Cleared'; sequence_id: number }
  | { type: 'Warning'; code: string; description: string };

/** What `/v2/speak` sends beside audio. https://developers.deepgram.com/docs/flux-tts/server-messages */
export type SpeakTurnEvent =
  | { type: 'Connected'; request_id: string; model_name: string; model_version: string; model_uuids: string[] }
  | { type: 'SpeechStarted' | 'Flushed'; speech_id: string }
  | ({ type: 'SpeechMetadata' } & TurnMetadata)
  | {
      type: 'SpeechInterrupted';
      audio_played_ms: number;
      text_spoken?: string;
      text_remaining?: string;
      metadata: TurnMetadata;
    }
  | {
      type: 'SessionMetadata';
      total_audio_duration_ms: number;
      total_input_character_count: number;
      total_billable_character_count: number;
    }
  | { type: 'ConfigureSuccess'; applied: { speed?: number } }
  | { type: 'ConfigureFailure'; code: SpeedFailure; field: 'speed'; value?: number; description: string }
  | { type: 'Warning'; code: string; description: string }
  | { type: 'Error'; code: string; description: string };

export type SpeedFailure = 'SPEED_OUT_OF_RANGE' | 'SPEED_INCREMENT_INVALID';

export interface TurnMetadata {
  speech_id: string;
  audio_duration_ms: number;
  input_character_count: number;
  billable_character_count: number;
  controls_applied: { pronunciations_applied: number; breaks_applied: number; pronunciation_warnings: number };
}
