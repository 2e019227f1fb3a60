import { registerPlugin } from './plugin.ts';

registerPlugin();

export { gateways, PatchbayError } from '@patchbay/ws-url';
export type { Gateway, GatewayOptions, GatewayRow } from '@patchbay/ws-url';
export type * from './models.ts';
export type { DeepgramConnectOptions } from './options.ts';
export { SpeechStream, STT } from './stt/stt.ts';
export type { STTOptions } from './stt/options.ts';
export { STTv2 } from './stt-v2/stt-v2.ts';
export type { FluxRedaction, STTv2Options } from './stt-v2/options.ts';
export { SynthesizeStream, TTS } from './tts/tts.ts';
export { ChunkedStream } from './tts/requests.ts';
export type { TTSOptions } from './tts/options.ts';
