/** Language models, for completion in an editor: every option takes any string. */
export type ChatModels =
  | 'gpt-6-sol'
  | 'gpt-6-luna'
  | 'gpt-5.6'
  | 'gpt-5.6-sol'
  | 'gpt-5.6-terra'
  | 'gpt-5.6-luna'
  | 'gpt-5.5'
  | 'gpt-5.4'
  | 'gpt-5.4-mini'
  | 'gpt-5.4-nano'
  | 'gpt-5.2'
  | 'gpt-5.1'
  | 'gpt-5'
  | 'gpt-5-mini'
  | 'gpt-5-nano'
  | 'gpt-4.1'
  | 'gpt-4.1-mini'
  | 'gpt-4.1-nano'
  | 'gpt-4o'
  | 'gpt-4o-mini';

/** Transcription of files. */
export type WhisperModels = 'whisper-1';

/** Speech to text. `gpt-realtime-whisper` and `gpt-live-transcribe` are served over the realtime API only. */
export type STTModels =
  | WhisperModels
  | 'gpt-transcribe'
  | 'gpt-4o-transcribe'
  | 'gpt-4o-mini-transcribe'
  | 'gpt-4o-mini-transcribe-2025-12-15'
  | 'gpt-4o-transcribe-diarize'
  | 'gpt-live-transcribe'
  | 'gpt-realtime-whisper';

export type TTSModels = 'tts-1' | 'tts-1-hd' | 'gpt-4o-mini-tts' | 'gpt-4o-mini-tts-2025-12-15';

export type TTSVoices =
  | 'alloy'
  | 'ash'
  | 'ballad'
  | 'cedar'
  | 'coral'
  | 'echo'
  | 'fable'
  | 'marin'
  | 'nova'
  | 'onyx'
  | 'sage'
  | 'shimmer'
  | 'verse';

/** Speech to text at Groq. */
export type GroqAudioModels = 'whisper-large-v3' | 'whisper-large-v3-turbo';
