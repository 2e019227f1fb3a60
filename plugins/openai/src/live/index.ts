export * as GPTLive from './gpt-live-types.ts';
export { GPTLiveModel } from './gpt-live-model.ts';
export { GPTLiveSession, type AppendOptions } from './gpt-live-session.ts';
export type { GPTLiveModelOptions, GPTLiveVoices, ResponsesDelegationOptions } from './options.ts';
export type { GPTLiveDelegation } from './receiving-session.ts';
