export { LLM, type ChatCall } from './llm.ts';
export type { Includable, LLMOptions, Prompt, PromptCacheOptions, ToolChoice } from './options.ts';
export type { ClientEvent, RawEventEmitter, RawEvents, ServerEvent } from './raw-events.ts';
export type { SteerInput, SteerMessage } from './steering.ts';
export { LLMStream } from './stream.ts';
export type { ChatJsonSchemaFormat, JsonSchemaFormat, ResponseFormat } from './text-format.ts';
