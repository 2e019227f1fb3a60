export { LLM } from './llm.ts';
export type { LLMOptions } from './options.ts';
