import type { stt, tts } from '@livekit/agents';

/** Gateways whose rules the demo can stand behind; each serves everything that OpenAI's part of it needs. */
export const gatewayChoices = ['litellm', 'litellm@1.105', 'none'] as const;
export type GatewayChoice = (typeof gatewayChoices)[number];

/** Where the models are. Without an origin: wherever the environment says. */
export interface Place {
  gateway: GatewayChoice;
  /** `http://127.0.0.1:PORT` of the local cloud, or of the gateway before it. */
  origin?: string;
  apiKey?: string;
  /** How often a speech-to-speech session may reconnect before healthy time refunds it. Default: the plugin's. */
  maxRetry?: number;
}

/** One model that can take part in a conversation. */
export interface Part<Model> {
  /** For people: the class, and what it stands on. */
  title: string;
  /** The demo's gateways that let it through. */
  gateways: readonly GatewayChoice[];
  /** The plugin's class as anyone would use it. */
  create(place: Place): Model;
}

/** One that hears. */
export interface Hearing extends Part<stt.STT> {
  /** Hz of what it hears, whatever it is given. */
  sampleRate: number;
}

/** What a provider can do in the demo, by the names of `--stt` and `--tts`. */
export interface Provider {
  title: string;
  /** The variable of the environment that holds its key. */
  key: string;
  stt: Readonly<Record<string, Hearing>>;
  tts: Readonly<Record<string, Part<tts.TTS>>>;
}
