import { tokenize } from '@livekit/agents';
import { expectRefusal, speak } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { flux, useVoices } from '../__fixtures__/voices.ts';
import type { TTSv2Options } from './options.ts';
import { TTSv2 } from './tts-v2.ts';

useVoices();

describe('options', () => {
  it('are said in the query, and change for what is said next', async () => {
    const { model, cloud } = await flux({ speed: 1.15, expressivity: -1, tags: ['a', 'b'], sampleRate: 44_100 });
    for (const options of [{}, { model: 'flux-haley-en', sampleRate: 24_000, expressivity: 0 }]) {
      model.updateOptions(options);
      const speaking = speak(model, 'A word or two.');
      await speaking.over;
      expect(await speaking.words()).toBe('A word or two.');
    }
    const common = [
      ['encoding', 'linear16'],
      ['mip_opt_out', 'false'],
      ['speed', '1.15'],
      ['tag', 'a'],
      ['tag', 'b'],
    ];
    const queries = cloud.requests.map(({ query }) => [...new URLSearchParams(query)].sort());
    expect(queries).toEqual([
      [...common, ['model', 'flux-alexis-en'], ['sample_rate', '44100'], ['expressivity', '-1']].sort(),
      [...common, ['model', 'flux-haley-en'], ['sample_rate', '24000'], ['expressivity', '0']].sort(),
    ]);
  });

  it.each<[keyof TTSv2Options, unknown]>([
    ['model', ''],
    ['sampleRate', 5],
    ['speed', 0.4],
    ['speed', 1.01],
    ['expressivity', 3],
    ['expressivity', 0.5],
    ['encoding', 'opus'],
    ['tags', ['x'.repeat(129)]],
  ])('that cannot work are refused by name: %s', (option, value) => {
    expectRefusal(option, () => new TTSv2({ apiKey: 'k', [option]: value }));
  });

  it('baseUrl may be the whole address, as Python has it', async () => {
    const { cloud } = await flux();
    const model = new TTSv2({ apiKey: 'k', baseUrl: `${cloud.origin}/v2/speak` });
    await speak(model, 'There.').over;
    expect(cloud.requests.map(({ path }) => path)).toEqual(['/v2/speak']);
    await model.close();
  });

  it('wordTokenizer cuts what is sent, and no word is joined with the next', async () => {
    const { model } = await flux({ wordTokenizer: new tokenize.basic.WordTokenizer(false) });
    const speaking = speak(model, 'Five words in a row.');
    await speaking.over;
    expect(await speaking.words()).toBe('Five words in a row.');
  });
});

it('tokens of a language model are joined as they were written', async () => {
  const { model, errors } = await flux();
  const speaking = speak(model);
  for (const token of ['Un', 'believ', 'able', ', is', "n't", ' it?']) speaking.stream.pushText(token);
  speaking.stream.endInput();
  await speaking.over;
  expect([await speaking.words(), errors]).toEqual(["Unbelievable, isn't it?", []]);
});
