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
  | 'gpt-4o-mini'
  | 'gpt-5.3-chat-latest'
  | 'gpt-5.2-chat-latest'
  | 'gpt-5.1-chat-latest'
  | 'gpt-4o-2024-05-13'
  | 'gpt-4o-mini-2024-07-18'
  | 'gpt-4-turbo'
  | 'gpt-4-turbo-2024-04-09'
  | 'gpt-4-turbo-preview'
  | 'gpt-4-0125-preview'
  | 'gpt-4-1106-preview'
  | 'gpt-4-vision-preview'
  | 'gpt-4-1106-vision-preview'
  | 'gpt-4'
  | 'gpt-4-0314'
  | 'gpt-4-0613'
  | 'gpt-4-32k'
  | 'gpt-4-32k-0314'
  | 'gpt-4-32k-0613'
  | 'gpt-3.5-turbo'
  | 'gpt-3.5-turbo-16k'
  | 'gpt-3.5-turbo-0301'
  | 'gpt-3.5-turbo-0613'
  | 'gpt-3.5-turbo-1106'
  | 'gpt-3.5-turbo-16k-0613';

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

// What a user of LiveKit's plugin may have imported; nothing here takes one of these.

export type DalleModels = 'dall-e-2' | 'dall-e-3';

export type EmbeddingModels = 'text-embedding-ada-002' | 'text-embedding-3-small' | 'text-embedding-3-large';

export type AssistantTools = 'code_interpreter' | 'file_search' | 'function';

export type VertexModels =
  | 'google/gemini-2.0-flash-exp'
  | 'google/gemini-1.5-flash'
  | 'google/gemini-1.5-pro'
  | 'google/gemini-1.0-pro-vision'
  | 'google/gemini-1.0-pro-vision-001'
  | 'google/gemini-1.0-pro-002'
  | 'google/gemini-1.0-pro-001'
  | 'google/gemini-1.0-pro';
