import { registerPlugin } from '@patchbay/plugin-kit';
import manifest from '../package.json' with { type: 'json' };

registerPlugin('deepgram', manifest);

export { gateways, PatchbayError } from '@patchbay/ws-url';
export type { Gateway, GatewayOptions, GatewayRow } from '@patchbay/ws-url';
export type * from './models.ts';
export type { DeepgramConnectOptions } from './options.ts';
export { SpeechStream, STT } from './stt/stt.ts';
export type { STTOptions } from './stt/options.ts';
export { STTv2 } from './stt-v2/stt-v2.ts';
export type { FluxRedaction, STTv2Options } from './stt-v2/options.ts';
export { ChunkedStream, SynthesizeStream, TTS } from './tts/tts.ts';
export type { TTSOptions } from './tts/options.ts';
export { ChunkedStreamV2, SynthesizeStreamV2, TTSv2 } from './tts-v2/tts-v2.ts';
export type { TTSv2Options } from './tts-v2/options.ts';
