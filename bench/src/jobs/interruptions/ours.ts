import { apiKey, mindSpeaker, realtimeSpeaker, voiceSpeaker, type Speakers } from './speakers.ts';

export const speakers: Speakers = {
  async 'realtime, openai'(baseURL) {
    const { realtime } = await import('@patchbay/openai');
    return realtimeSpeaker(new realtime.RealtimeModel({ apiKey, baseURL }).session());
  },
  async 'text to speech, deepgram'(baseURL) {
    const { TTS } = await import('@patchbay/deepgram');
    return voiceSpeaker(new TTS({ apiKey, baseURL }));
  },
  async 'text to speech, soniox'(baseURL) {
    const { TTS } = await import('@patchbay/soniox');
    return voiceSpeaker(new TTS({ apiKey, baseURL }));
  },
  async 'responses, openai'(baseURL) {
    const { responses } = await import('@patchbay/openai');
    return mindSpeaker(new responses.LLM({ apiKey, baseURL, model: 'gpt-4.1', useWebSocket: true }));
  },
};
