// What OpenAI's models for transcription take and tell, by family.
// https://developers.openai.com/api/reference/resources/audio and openai-node 7.57, realtime.ts

const realtimeOnlyModels = ['gpt-realtime-whisper', 'gpt-live-transcribe'];
const contextHintModels = ['gpt-transcribe', 'gpt-live-transcribe'];

/** Models that take keywords and several languages, for messages. */
export const contextHintTakers: string = contextHintModels.join(' and ');

/** Served over the realtime API only, and without turn detection. */
export function isRealtimeOnly(model: string): boolean {
  return realtimeOnlyModels.some((name) => model.startsWith(name));
}

/** Takes keywords, and several languages. */
export function takesContextHints(model: string): boolean {
  return contextHintModels.some((name) => model.startsWith(name));
}

/** Says how probable each token was. */
export function tellsLogprobs(model: string): boolean {
  return /^gpt-4o-(mini-)?transcribe/.test(model) && !tellsSpeakers(model);
}

/** Tells speakers apart. */
export function tellsSpeakers(model: string): boolean {
  return /^gpt-4o-transcribe-diarize/.test(model);
}

/** Takes a text that sets the scene. */
export function takesPrompt(model: string): boolean {
  return !model.startsWith('gpt-realtime-whisper') && !tellsSpeakers(model);
}
