import { registerPlugin } from '@patchbay/plugin-kit';
import manifest from '../package.json' with { type: 'json' };

registerPlugin('soniox', manifest);

export { gateways, PatchbayError } from '@patchbay/ws-url';
export type { Gateway, GatewayOptions, GatewayRow } from '@patchbay/ws-url';
export type * from './models.ts';
export type { SonioxConnectOptions } from './options.ts';
export { SpeechStream, STT } from './stt/stt.ts';
export type {
  ContextGeneralItem,
  ContextObject,
  ContextTranslationTerm,
  STTOptions,
  TranslationConfig,
} from './stt/options.ts';
export { ChunkedStream, SynthesizeStream, TTS } from './tts/tts.ts';
export type { TTSOptions } from './tts/options.ts';
