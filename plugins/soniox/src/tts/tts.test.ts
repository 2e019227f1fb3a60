import { boothWith, speak, until, useVoices, type Booth } from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import { describe, expect, it } from 'vitest';
import type { TTSOptions } from './options.ts';
import { TTS } from './tts.ts';

useVoices();

const open = (options: Partial<TTSOptions> = {}, more: LoopbackOptions = {}): Promise<Booth<TTS>> =>
  boothWith((websocketUrl) => new TTS({ apiKey: 'snx-test-key', websocketUrl, ...options }), more);

it('speaks', async () => {
  const { model, errors, cloud } = await open();
  const speaking = speak(model, 'Once upon a time a keeper kept a garden of radios. Every evening he tuned them.');
  await speaking.over;
  expect(errors).toEqual([]);
  expect(await speaking.words()).toBe(
    'Once upon a time a keeper kept a garden of radios. Every evening he tuned them.',
  );
  const words = speaking.audio.flatMap(({ timedTranscripts = [] }) => timedTranscripts);
  expect(words.map(({ text }) => text).join('')).toBe(
    'Once upon a time a keeper kept a garden of radios. Every evening he tuned them. ',
  );
  expect(cloud.requests).toHaveLength(1);
});
