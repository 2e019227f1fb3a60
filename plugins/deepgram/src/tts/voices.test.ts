import { describeVoice } from '@patchbay/conformance/voices';
import { aura, flux } from '../__fixtures__/voices.ts';

describeVoice({ label: 'deepgram.TTS', provider: 'Deepgram', open: aura, path: '/v1/speak' });
describeVoice({ label: 'deepgram.TTSv2', provider: 'Deepgram', open: flux, path: '/v2/speak' });
