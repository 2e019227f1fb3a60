import { STT, TTS, gateways, realtime, responses } from '@patchbay/openai';
import { agentVoice } from '../script.ts';
import { gatewayChoices, type Place, type Provider } from './types.ts';

/** Models by what they do. */
export const modelNames = {
  transcription: 'gpt-4o-mini-transcribe',
  answers: 'gpt-5-mini',
  speech: 'gpt-4o-mini-tts',
  conversation: 'gpt-realtime',
} as const;

export const openai: Provider = {
  title: 'OpenAI',
  key: 'OPENAI_API_KEY',
  stt: {
    openai: {
      title: 'STT on a realtime socket',
      sampleRate: 24_000,
      gateways: gatewayChoices,
      create: (place) => new STT({ ...connection(place), model: modelNames.transcription }),
    },
  },
  tts: {
    openai: {
      title: 'TTS over HTTP',
      gateways: gatewayChoices,
      create: (place) => new TTS({ ...connection(place), model: modelNames.speech, voice: agentVoice }),
    },
  },
};

/** What answers, whoever hears and speaks. */
export function createLLM(place: Place): responses.LLM {
  return new responses.LLM({ ...connection(place), model: modelNames.answers });
}

export function createRealtimeModel(place: Place): realtime.RealtimeModel {
  const { maxRetry } = place;
  const connOptions = maxRetry === undefined ? {} : { connOptions: { maxRetry } };
  const voice = { voice: agentVoice, model: modelNames.conversation };
  return new realtime.RealtimeModel({ ...connection(place), ...voice, ...connOptions });
}

function connection({
  gateway,
  origin,
  apiKey,
}: Place): Pick<ConstructorParameters<typeof STT>[0] & object, 'gateway' | 'baseURL' | 'apiKey'> {
  if (origin === undefined) return {};
  if (gateway === 'none') return { baseURL: `${origin}/v1`, apiKey };
  return { gateway: gateways.litellm({ baseURL: origin, apiKey }) };
}
