import type { VAD, llm, stt, tts } from '@livekit/agents';
import { STT, TTS, gateways, realtime, responses } from '@patchbay/openai';
import type { Mode } from './record.ts';
import { agentVoice } from './script.ts';

/** What an AgentSession is made of. */
export interface Models {
  stt?: stt.STT;
  llm: llm.LLM | llm.RealtimeModel | llm.DuplexModel;
  tts?: tts.TTS;
  /** Default: LiveKit's. */
  vad?: VAD | null;
}

/** Gateways whose rules the demo can stand behind; each serves everything that it needs. */
export const gatewayChoices = ['litellm', 'litellm@1.105', 'none'] as const;
export type GatewayChoice = (typeof gatewayChoices)[number];

/** Where the models are. Without a base URL: wherever the environment says. */
export interface Place {
  gateway: GatewayChoice;
  baseURL?: string;
  apiKey?: string;
  /** How often a speech-to-speech session may reconnect before healthy time refunds it. Default: the plugin's. */
  maxRetry?: number;
}

/** Models by what they do. */
export const modelNames = {
  transcription: 'gpt-4o-mini-transcribe',
  answers: 'gpt-5-mini',
  speech: 'gpt-4o-mini-tts',
  conversation: 'gpt-realtime',
} as const;

/** The plugin's classes as anyone would use them. */
export function createModels(mode: Mode, place: Place): Models {
  const options = connection(place);
  if (mode === 'realtime') {
    const { maxRetry } = place;
    const connOptions = maxRetry === undefined ? {} : { connOptions: { maxRetry } };
    const voice = { voice: agentVoice, model: modelNames.conversation };
    return { llm: new realtime.RealtimeModel({ ...options, ...voice, ...connOptions }) };
  }
  return {
    stt: new STT({ ...options, model: modelNames.transcription }),
    llm: new responses.LLM({ ...options, model: modelNames.answers }),
    tts: new TTS({ ...options, model: modelNames.speech, voice: agentVoice }),
  };
}

export async function closeModels({ stt, llm, tts }: Models): Promise<void> {
  await Promise.all([stt?.close(), 'aclose' in llm ? llm.aclose() : llm.close(), tts?.close()]);
}

function connection({
  gateway,
  baseURL,
  apiKey,
}: Place): Pick<ConstructorParameters<typeof STT>[0] & object, 'gateway' | 'baseURL' | 'apiKey'> {
  if (baseURL === undefined) return {};
  return gateway === 'none' ? { baseURL, apiKey } : { gateway: gateways.litellm({ baseURL, apiKey }) };
}
