/** A `session.update` of a transcription, as far as we write one. */
export interface TranscriptionUpdate {
  type: 'session.update';
  event_id: string;
  session: { type: 'transcription'; audio: { input: TranscriptionInput } };
}

export interface TranscriptionInput {
  format: { type: 'audio/pcm'; rate: number };
  transcription: Readonly<Record<string, unknown>>;
  turn_detection?: unknown;
  noise_reduction?: unknown;
}

/**
 * The same in the preview of the API, which Azure's dated versions speak.
 * https://learn.microsoft.com/azure/ai-services/openai/realtime-audio-reference
 */
export function previewUpdate({ event_id, session }: TranscriptionUpdate): object {
  const { transcription, turn_detection, noise_reduction } = session.audio.input;
  return {
    type: 'transcription_session.update',
    event_id,
    session: {
      input_audio_format: 'pcm16',
      input_audio_transcription: transcription,
      ...(turn_detection === undefined ? {} : { turn_detection }),
      ...(noise_reduction === undefined ? {} : { input_audio_noise_reduction: noise_reduction }),
    },
  };
}
