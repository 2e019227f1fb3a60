import { registerPlugin } from '@patchbay/plugin-kit';
import manifest from '../package.json' with { type: 'json' };

export type { ConnectionEvent, ConnectOptions } from '@patchbay/plugin-kit';
export { gateways, PatchbayError } from '@patchbay/ws-url';
export type { Credential, Gateway, GatewayRow, Hop, PatchbayErrorCode, PatchbayErrorDetails } from '@patchbay/ws-url';
export { LLM } from './chat/llm.ts';
export type * from './chat/models.ts';
export type { OpenRouterOptions, OpenRouterProviderPreferences, OpenRouterWebPlugin } from './chat/openrouter.ts';
export type { LLMOptions } from './chat/options.ts';
export type { PresetOptions } from './chat/presets.ts';
export { LLMStream } from './chat/stream.ts';
export type { AzureOptions, WithAzure } from './azure.ts';
export * from './models.ts';
export type { ClientLike, OpenAIConnectOptions } from './options.ts';
export * from './reasoning.ts';
export * as realtime from './realtime/index.ts';
export * as responses from './responses/index.ts';
export type { SessionTurnDetection, STTOptions } from './stt/options.ts';
export { STT } from './stt/stt.ts';
export * from './tools.ts';
export type { TTSOptions } from './tts/options.ts';
export { ChunkedStream, TTS } from './tts/tts.ts';
export * as ws from './responses/ws.ts';

registerPlugin('openai', manifest);
