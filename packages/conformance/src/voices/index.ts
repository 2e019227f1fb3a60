// What every voice is tested by.
export { describeSpeakingAgent } from './agent.ts';
export { describeNewVoice, type NewVoice } from './new-voice.ts';
export { describeVoice, type VoiceKind } from './voice.ts';
