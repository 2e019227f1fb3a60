import { tokenize } from '@livekit/agents';
import { expectRefusal, speak, until } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { aura, useVoices } from '../__fixtures__/voices.ts';
import type { TTSOptions } from './options.ts';
import { TTS } from './tts.ts';

useVoices();

describe('options', () => {
  it('are said in the query, and change for what is said next', async () => {
    const { model, cloud } = await aura({ speed: 1.2, sampleRate: 16_000, mipOptOut: true });
    for (const options of [{}, { speed: 0.8, sampleRate: 24_000, model: 'aura-2-thalia-en' }]) {
      model.updateOptions(options);
      const speaking = speak(model, 'A word or two.');
      await speaking.over;
      expect(await speaking.words()).toBe('A word or two.');
    }
    expect(model.model).toBe('aura-2-thalia-en');
    const queries = cloud.requests.map(({ query }) => Object.fromEntries(new URLSearchParams(query)));
    const common = { encoding: 'linear16', mip_opt_out: 'true' };
    expect(queries).toEqual([
      { ...common, model: 'aura-2-andromeda-en', speed: '1.2', sample_rate: '16000' },
      { ...common, model: 'aura-2-thalia-en', speed: '0.8', sample_rate: '24000' },
    ]);
  });

  it.each<[keyof TTSOptions, unknown]>([
    ['model', ''],
    ['sampleRate', 5],
    ['speed', 3],
    ['encoding', 'mp3'],
    ['encoding', 'pcm'],
    ['mipOptOut', 'yes'],
  ])('that cannot work are refused by name: %s', (option, value) => {
    expectRefusal(option, () => new TTS({ apiKey: 'k', [option]: value }));
  });

  it('change nothing when they are refused', async () => {
    const { model } = await aura();
    expect(() => model.updateOptions({ model: 'aura-2-zeus-en', speed: 9 })).toThrow(/speed/);
    expect(model.model).toBe('aura-2-andromeda-en');
  });

  it('streaming: false has AgentSession ask sentence by sentence', async () => {
    const { model } = await aura({ capabilities: { streaming: false } });
    expect(model.capabilities.streaming).toBe(false);
  });

  it('sentenceTokenizer cuts what is sent', async () => {
    const sentenceTokenizer = new tokenize.basic.SentenceTokenizer({ minSentenceLength: 60 });
    const { model } = await aura({ sentenceTokenizer });
    const speaking = speak(model);
    speaking.stream.pushText('One sentence. Two sentences. Three');
    await new Promise((resolve) => setImmediate(resolve));
    expect(speaking.audio).toEqual([]);
    speaking.stream.close();
  });
});

describe('what a socket is allowed', () => {
  it('20 flushes a minute: the 21st turn takes another, and nobody is warned', async () => {
    const { model, cloud, clock, errors } = await aura();
    for (let turn = 0; turn < 21; turn++) {
      const speaking = speak(model, 'Yes.');
      await speaking.over;
      expect(await speaking.words()).toBe('Yes.');
    }
    expect([cloud.requests.length, errors]).toEqual([2, []]);
    await clock.advance(61_000);
    await speak(model, 'Yes.').over;
    expect(cloud.requests).toHaveLength(2);
  });

  it('2,400 characters a minute: a long text goes on on another, in one segment and word for word', async () => {
    const { model, cloud, errors } = await aura();
    const text = Array.from({ length: 90 }, (_, n) => `This is the sentence with the number ${n}.`).join(' ');
    const speaking = speak(model, text);
    await speaking.over;
    expect(await speaking.words()).toBe(text);
    expect(cloud.requests).toHaveLength(2);
    expect(speaking.audio.filter(({ final }) => final)).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('2,000 characters a message: a sentence without an end is cut between words', async () => {
    const { model, spoken, errors } = await aura();
    const text = Array.from({ length: 450 }, (_, n) => `w${n}`).join(' ');
    const speaking = speak(model, text);
    await speaking.over;
    expect(await speaking.words()).toBe(text);
    expect(spoken.join(' ').split(/\s+/)).toHaveLength(450);
    expect(errors).toEqual([]);
  });
});

it('a Clear that crosses the end of a turn is not taken for the end of the next', async () => {
  const { model, errors } = await aura();
  for (let turn = 0; turn < 10; turn++) {
    const cut = speak(model, 'This is the turn that is cut off.');
    await until(() => cut.audio.length > turn);
    cut.stream.close();
    await cut.over;
    const next = speak(model, 'And this is the one behind it.');
    await next.over;
    expect(await next.words()).toBe('And this is the one behind it.');
  }
  expect(errors).toEqual([]);
});
