import { STT, STTv2, TTS, TTSv2, gateways, type DeepgramConnectOptions } from '@patchbay/deepgram';
import { gatewayChoices, type Place, type Provider } from './types.ts';

export const deepgram: Provider = {
  title: 'Deepgram',
  key: 'DEEPGRAM_API_KEY',
  stt: {
    // LiteLLM relays Nova's socket, and no other one.
    deepgram: {
      title: 'Deepgram’s STT, Nova',
      sampleRate: 16_000,
      gateways: gatewayChoices,
      create: (place) => new STT(connection(place)),
    },
    'deepgram-flux': {
      title: 'Deepgram’s STTv2, Flux',
      sampleRate: 16_000,
      gateways: ['none'],
      create: (place) => new STTv2(connection(place)),
    },
  },
  tts: {
    deepgram: {
      title: 'Deepgram’s TTS, Aura',
      gateways: ['none'],
      create: (place) => new TTS(connection(place)),
    },
    'deepgram-flux': {
      title: 'Deepgram’s TTSv2, Flux',
      gateways: ['none'],
      create: (place) => new TTSv2(connection(place)),
    },
  },
};

function connection({
  gateway,
  origin,
  apiKey,
}: Place): Pick<DeepgramConnectOptions, 'gateway' | 'baseURL' | 'apiKey'> {
  if (origin === undefined) return {};
  return gateway === 'none' ? { baseURL: origin, apiKey } : { gateway: gateways.litellm({ baseURL: origin, apiKey }) };
}
