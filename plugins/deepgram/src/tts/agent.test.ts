import { describeSpeakingAgent } from '@patchbay/conformance/voices';
import { TTSv2 } from '../tts-v2/tts-v2.ts';
import { TTS } from './tts.ts';

describeSpeakingAgent('TTS', (baseUrl) => new TTS({ apiKey: 'k', baseUrl }));
describeSpeakingAgent(
  'TTS, sentence by sentence',
  (baseUrl) => new TTS({ apiKey: 'k', baseUrl, capabilities: { streaming: false } }),
  3,
);
describeSpeakingAgent('TTSv2', (baseUrl) => new TTSv2({ apiKey: 'k', baseUrl }));
