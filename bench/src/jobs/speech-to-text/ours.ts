import type { stt } from '@livekit/agents';
import type { OpenEar } from './ear.ts';
import type { Provider } from './dialects.ts';
import { listen } from './listen.ts';

const apiKey = 'bench';

/** Each in its own process, so that no other plugin is loaded. */
const models: Readonly<Record<Provider, (baseURL: string) => Promise<stt.STT>>> = {
  async openai(baseURL) {
    const { STT } = await import('@patchbay/openai');
    return new STT({ apiKey, baseURL: `${baseURL}/v1`, model: 'gpt-4o-mini-transcribe' });
  },
  async deepgram(baseURL) {
    const { STT } = await import('@patchbay/deepgram');
    return new STT({ apiKey, baseURL, model: 'nova-3' });
  },
  async soniox(baseURL) {
    const { STT } = await import('@patchbay/soniox');
    return new STT({ apiKey, baseURL });
  },
};

export const open: OpenEar = async (provider, url, heard) => listen(await models[provider](url), heard);
