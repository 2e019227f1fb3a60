// Names to complete in an editor; others are taken too.

/** https://soniox.com/docs/stt/models */
export type STTModels = 'stt-rt-v5' | 'stt-rt-v4' | 'stt-rt-v3' | 'stt-rt-preview';

/** https://soniox.com/docs/tts/models */
export type TTSModels = 'tts-rt-v2' | 'tts-rt-v1' | 'tts-rt-v1-preview';

/** https://soniox.com/docs/tts/concepts/voices */
export type TTSVoices =
  'Maya' | 'Daniel' | 'Noah' | 'Nina' | 'Emma' | 'Jack' | 'Adrian' | 'Claire' | 'Grace' | 'Owen' | 'Mina' | 'Kenji';
