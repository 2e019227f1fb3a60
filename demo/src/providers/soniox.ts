import { STT, TTS, type SonioxConnectOptions } from '@patchbay/soniox';
import type { Place, Provider } from './types.ts';

export const soniox: Provider = {
  title: 'Soniox',
  key: 'SONIOX_API_KEY',
  stt: {
    soniox: {
      title: 'Soniox’s STT',
      sampleRate: 16_000,
      gateways: ['none'],
      create: (place) => new STT(connection(place)),
    },
  },
  tts: {
    soniox: {
      title: 'Soniox’s TTS',
      gateways: ['none'],
      create: (place) => new TTS(connection(place)),
    },
  },
};

function connection({ origin, apiKey }: Place): Pick<SonioxConnectOptions, 'baseURL' | 'apiKey'> {
  return origin === undefined ? {} : { baseURL: origin, apiKey };
}
