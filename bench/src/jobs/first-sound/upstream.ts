import { TTS } from '@livekit/agents-plugin-openai';
import { voiceOf } from './livekit.ts';
import type { OpenVoice } from './voice.ts';

export const open: OpenVoice = (_provider, url) =>
  voiceOf(new TTS({ apiKey: 'bench', baseURL: `${url}/v1`, model: 'tts-1', voice: 'alloy', speed: 1 }));
