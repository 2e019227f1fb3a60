export * from './api-proto.ts';
export { isFatalError } from './failures.ts';
export { livekitItemToOpenAIItem } from './items.ts';
export type { RealtimeModelOptions, RealtimeSessionOptions } from './options.ts';
export { RealtimeModel, type AzureRealtimeOptions } from './realtime-model.ts';
export { RealtimeSession } from './realtime-session.ts';
export { DiscardedGeneration, type MessageGeneration, type ResponseGeneration } from '@patchbay/plugin-kit';
export * from '../live/index.ts';
