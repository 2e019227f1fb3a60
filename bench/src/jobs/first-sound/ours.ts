import type { tts } from '@livekit/agents';
import { voiceOf } from './livekit.ts';
import type { OpenVoice, Provider } from './voice.ts';

const apiKey = 'bench';

/** Each in its own process, so that no other plugin is loaded. */
const models: Readonly<Record<Provider, (baseURL: string) => Promise<tts.TTS>>> = {
  async openai(baseURL) {
    const { TTS } = await import('@patchbay/openai');
    return new TTS({ apiKey, baseURL: `${baseURL}/v1` });
  },
  async deepgram(baseURL) {
    const { TTS } = await import('@patchbay/deepgram');
    return new TTS({ apiKey, baseURL });
  },
  async soniox(baseURL) {
    const { TTS } = await import('@patchbay/soniox');
    return new TTS({ apiKey, baseURL });
  },
};

export const open: OpenVoice = async (provider, url) => voiceOf(await models[provider](url));
