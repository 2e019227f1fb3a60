import { boothWith, type Booth } from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import type { TTSOptions } from '../tts/options.ts';
import { TTS } from '../tts/tts.ts';

/** A voice of loopback's Soniox, as it will be from 15 January 2027 on. */
export const open = (options: Partial<TTSOptions> = {}, more: LoopbackOptions = {}): Promise<Booth<TTS>> =>
  boothWith((baseURL) => new TTS({ apiKey: 'test-key', baseURL, ...options }), {
    soniox: { keysInMessages: false },
    ...more,
  });
