import { boothWith, useVoices, type Booth } from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import type { TTSOptions } from '../tts/options.ts';
import { TTS } from '../tts/tts.ts';
import type { TTSv2Options } from '../tts-v2/options.ts';
import { TTSv2 } from '../tts-v2/tts-v2.ts';

export { useVoices };

export const aura = (options: Partial<TTSOptions> = {}, more: LoopbackOptions = {}): Promise<Booth<TTS>> =>
  boothWith((baseUrl) => new TTS({ apiKey: 'test-key', baseUrl, ...options }), more);

export const flux = (options: Partial<TTSv2Options> = {}, more: LoopbackOptions = {}): Promise<Booth<TTSv2>> =>
  boothWith((baseUrl) => new TTSv2({ apiKey: 'test-key', baseUrl, ...options }), more);
