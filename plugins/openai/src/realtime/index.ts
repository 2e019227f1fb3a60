export * from './api-proto.ts';
export { processBaseURL } from './base-url.ts';
export { isFatalError } from './failures.ts';
export { livekitItemToOpenAIItem } from './items.ts';
export type { McpApproval, McpApprovalRequest, McpCall, McpEvent } from './mcp.ts';
export type { RealtimeModelOptions, RealtimeSessionOptions } from './options.ts';
export { RealtimeModel, type AzureRealtimeOptions } from './realtime-model.ts';
export type { IdleTimeoutEvent } from './receiving-session.ts';
export { RealtimeSession } from './realtime-session.ts';
export type * from '../translation/api-proto.ts';
export type {
  RealtimeTranslationModelOptions,
  RealtimeTranslationSessionOptions,
  TranslationLanguages,
  TranslationModels,
} from '../translation/options.ts';
export { RealtimeTranslationModel } from '../translation/translation-model.ts';
export { RealtimeTranslationSession } from '../translation/translation-session.ts';
export { DiscardedGeneration, type MessageGeneration, type ResponseGeneration } from '@patchbay/plugin-kit';
export * from '../live/index.ts';
