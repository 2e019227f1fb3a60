import { describeSpeakingAgent, describeVoice } from '@patchbay/conformance/voices';
import { open } from '../__fixtures__/voice.ts';
import { TTS } from './tts.ts';

describeVoice({
  label: 'soniox.TTS',
  provider: 'Soniox',
  open,
  path: '/tts-websocket',
  turnsPerSocket: 5,
  namesRequests: false,
});

describeSpeakingAgent('TTS', (baseURL) => new TTS({ apiKey: 'k', baseURL }));
