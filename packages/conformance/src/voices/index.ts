// What every voice is tested by.
export { describeSpeakingAgent } from './agent.ts';
export { describeVoice, type VoiceKind } from './voice.ts';
