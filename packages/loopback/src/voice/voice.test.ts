import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resample, toInt16 } from './resampler.ts';
import { startEar } from './ear.ts';
import { startVoice } from './voice.ts';
import type { Ear, Listener, Voice } from './types.ts';

const frame = 480;
const texts = randomTexts(10);

let voice: Voice;
let ear: Ear;

beforeAll(async () => {
  voice = await startVoice();
  ear = await startEar({ recogniser: false });
});
afterAll(async () => {
  await voice.close();
  await ear.close();
});

const at = (from: number, to: number) => (samples: Int16Array) => toInt16(resample(samples, from, to));
const noise = (peak: number) => (samples: Int16Array) => {
  const random = randomNumbers();
  return samples.map((value) => value + peak * (2 * random() - 1));
};
const byFrame = (change: (frame: Int16Array, index: number) => Int16Array[]) => (samples: Int16Array) => {
  const frames: Int16Array[] = [];
  for (let offset = 0; offset < samples.length; offset += frame) frames.push(samples.subarray(offset, offset + frame));
  return Int16Array.from(frames.flatMap(change).flatMap((part) => [...part]));
};

describe('what should not matter does not', () => {
  test.each([
    ['direct', (samples: Int16Array) => samples],
    ['through 48 kHz and back', (samples: Int16Array) => at(48_000, 24_000)(at(24_000, 48_000)(samples))],
    ['with noise', noise(600)],
    ['at a tenth of the level', (samples: Int16Array) => samples.map((value) => value / 10)],
  ])('%s, every text arrives exactly', async (_, change) => {
    for (const text of texts) {
      const { samples } = await voice.speak(text);
      expect(await read(change(samples))).toBe(text);
    }
  });

  test('at 24, 44.1 and 48 kHz, in any voice and at any speed, every text arrives exactly', async () => {
    for (const sampleRate of [24_000, 44_100, 48_000]) {
      for (const [index, text] of texts.entries()) {
        const { samples } = await voice.speak(text, {
          sampleRate,
          voice: ['alloy', 'echo', 'fable', 'onyx'][index % 4],
          speed: [1, 1.25, 0.8][index % 3],
        });
        expect(await read(samples, sampleRate)).toBe(text);
      }
    }
  });

  test('in pieces of any length, as small as one sample', async () => {
    const { samples } = await voice.speak('Yes, at seven.');
    for (const length of [1, 160, 777, samples.length])
      expect(await read(samples, 24_000, length)).toBe('Yes, at seven.');
  });

  test('one lost frame leaves every text whole, or shorter, never different', async () => {
    for (const text of texts) {
      const { samples } = await voice.speak(text);
      const middle = Math.floor(samples.length / frame / 2);
      expect(text).toContain(await read(byFrame((part, index) => (index === middle ? [] : [part]))(samples)));
    }
  });

  test('at 16 kHz the carrier moves down, and every text arrives exactly', async () => {
    for (const text of texts) {
      const { samples } = await voice.speak(text, { sampleRate: 16_000 });
      expect(await read(samples, 16_000)).toBe(text);
    }
  });

  test('with the wide carrier, what is said at 24 or 48 kHz is understood by who listens at 16 kHz', async () => {
    const wide = await startVoice({ carrier: 'wide' });
    for (const [index, text] of texts.entries()) {
      const sampleRate = [24_000, 48_000][index % 2]!;
      const { samples } = await wide.speak(text, { sampleRate, voice: ['alloy', 'echo', 'fable', 'onyx'][index % 4] });
      expect(await read(at(sampleRate, 16_000)(samples), 16_000)).toBe(text);
    }
    await wide.close();
  });

  test('at 8 kHz the carrier moves into the telephone band and every text arrives exactly', async () => {
    for (const text of texts) {
      const { samples, sampleRate } = await voice.speak(text, { sampleRate: 8_000 });
      expect(sampleRate).toBe(8_000);
      expect(await read(samples, 8_000)).toBe(text);
    }
  });
});

describe('what breaks audio breaks the words', () => {
  test.each([
    [
      'byte-swapped samples',
      (samples: Int16Array) => samples.map((value) => ((value & 255) << 8) | ((value >> 8) & 255)),
    ],
    ['16 kHz samples read as 24 kHz', at(24_000, 16_000)],
    ['24 kHz samples read as 16 kHz', at(16_000, 24_000)],
    ['every frame twice', byFrame((part) => [part, part])],
    ['every second frame lost', byFrame((part, index) => (index % 2 ? [] : [part]))],
    [
      'frames in pairwise exchanged order',
      byFrame((part, index) => (index % 2 ? [] : [part.subarray(240), part.subarray(0, 240)])),
    ],
    ['silence', (samples: Int16Array) => new Int16Array(samples.length)],
  ])('%s: nothing is understood', async (_, change) => {
    for (const text of texts) {
      const { samples } = await voice.speak(text);
      expect(await read(change(samples))).toBe('');
    }
  });

  test('a second that is lost takes the words around it along, not those after', async () => {
    const text =
      'I have booked a table for two at seven this evening. Is there anything else I can help you with today?';
    const { samples } = await voice.speak(text);
    const heard = await read(Int16Array.from([...samples.subarray(0, 24_000), ...samples.subarray(48_000)]));
    expect(heard).not.toBe('');
    expect(heard.length).toBeLessThan(0.8 * text.length);
    expect(text.endsWith(heard)).toBe(true);
  });

  test('audio that is repeated from the start is heard twice', async () => {
    const { samples } = await voice.speak('Thank you and goodbye.');
    expect(await read(Int16Array.from([...samples, ...samples]))).toBe('Thank you and goodbye. Thank you and goodbye.');
  });

  test('a reply that is cut off is heard as its first words', async () => {
    const text =
      'I have booked a table for two at seven this evening. Is there anything else I can help you with today?';
    const { samples } = await voice.speak(text);
    const heard = await read(samples.subarray(0, Math.round(samples.length * 0.6)));
    expect(heard.length).toBeGreaterThan(0.3 * text.length);
    expect(heard.length).toBeLessThan(0.7 * text.length);
    expect(text.startsWith(heard)).toBe(true);
  });
});

describe('an utterance', () => {
  test('is understood while it is still spoken', async () => {
    const text = 'It will be sunny in Paris tomorrow, with a high of twenty four degrees.';
    const { samples } = await voice.speak(text);
    const listener = await ear.listen({ sampleRate: 24_000 });
    expect(text.startsWith(listener.push(samples.subarray(0, samples.length / 2)).join('') || '-')).toBe(true);
    listener.close();
  });

  test('is understood after another one was cut off, from the second before the reset', async () => {
    const first = await voice.speak('I would like to cancel order A-1047, please.');
    const second = await voice.speak('No, keep it.');
    const listener = await ear.listen({ sampleRate: 24_000 });
    push(listener, first.samples.subarray(0, 30_000));
    push(listener, new Int16Array(12_000));
    push(listener, second.samples.subarray(0, 12_000));
    listener.reset();
    const pieces = push(listener, second.samples.subarray(12_000));
    expect([...pieces, ...(await listener.finish())].join('')).toBe('No, keep it.');
    listener.close();
  });

  test('is told once, although a reset listens to it again', async () => {
    const { samples } = await voice.speak('No, keep it.');
    const listener = await ear.listen({ sampleRate: 24_000 });
    expect(push(listener, samples).join('')).toBe('No, keep it.');
    listener.reset();
    expect(push(listener, new Int16Array(24_000))).toEqual([]);
    expect(await listener.finish()).toEqual([]);
    listener.close();
  });

  test('of several sentences keeps a space between them, whatever the sentences end with', async () => {
    const listener = await ear.listen({ sampleRate: 24_000 });
    const pieces: string[] = [];
    for (const sentence of ['Done.', 'At seven.'])
      pieces.push(...push(listener, (await voice.speak(sentence)).samples));
    expect([...pieces, ...(await listener.finish())].join('')).toBe('Done. At seven.');
    listener.close();
  });

  test('without a carrier goes to the recogniser, silence does not', async () => {
    const plain = await startVoice({ carrier: 'off' });
    const asked: number[] = [];
    const recognising = await startEar({
      recogniser: ({ samples, sampleRate }) => {
        asked.push(Math.round(samples.length / sampleRate));
        return Promise.resolve('hello');
      },
    });
    const listener = await recognising.listen({ sampleRate: 24_000 });
    const { samples } = await plain.speak('Hello, how are you today?');
    expect(push(listener, samples)).toEqual([]);
    expect(await listener.finish()).toEqual(['hello']);
    push(listener, new Int16Array(48_000));
    expect(await listener.finish()).toEqual([]);
    push(listener, (await voice.speak('Yes.')).samples);
    expect((await listener.finish()).join('')).not.toBe('hello');
    expect(asked).toEqual([Math.round(samples.length / 24_000)]);
    await plain.close();
    await recognising.close();
  });
});

describe('the voice', () => {
  test('says the same phrase from memory, as samples of its own', async () => {
    const first = await voice.speak('The same.');
    const copy = first.samples.slice();
    first.samples.fill(0);
    expect((await voice.speak('The same.')).samples).toEqual(copy);
  });

  test('says nothing for nothing', async () => {
    expect((await voice.speak(' \n')).samples).toHaveLength(0);
  });

  test('leaves the event loop free', async () => {
    let turns = 0;
    const spin = (): void => void (turns++, (timer = setImmediate(spin)));
    let timer = setImmediate(spin);
    await voice.speak('Nobody has said this sentence before, so it is made now, and takes its time.');
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(100);
  });

  test('stops waiting when told to', async () => {
    const controller = new AbortController();
    const spoken = voice.speak('This is not wanted any more.', { signal: controller.signal });
    controller.abort(new Error('no more'));
    await expect(spoken).rejects.toThrow('no more');
    await expect(voice.speak('Nor this.', { signal: controller.signal })).rejects.toThrow('no more');
  });

  test('ends what it was saying when it is closed, and says nothing after', async () => {
    const other = await startVoice();
    const spoken = other.speak('This one is too late.');
    await Promise.all([expect(spoken).rejects.toThrow('closed'), other.close()]);
    await expect(other.speak('And this.')).rejects.toThrow('closed');
    await other.close();
  });

  test('adds no listeners to the process, although the modem tries', async () => {
    const count = (): number =>
      process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
    const before = count();
    const other = await startEar();
    const listeners = await Promise.all(Array.from({ length: 9 }, () => other.listen({ sampleRate: 24_000 })));
    expect(listeners).toHaveLength(9);
    expect(count()).toBe(before);
    await other.close();
  });
});

function push(listener: Listener, samples: Int16Array): string[] {
  const pieces: string[] = [];
  for (let offset = 0; offset < samples.length; offset += frame)
    pieces.push(...listener.push(samples.subarray(offset, offset + frame)));
  return pieces;
}

async function read(samples: Int16Array, sampleRate = 24_000, chunk = frame): Promise<string> {
  const listener = await ear.listen({ sampleRate });
  const pieces = listener.push(new Int16Array(Math.round(sampleRate * 0.123)));
  for (let offset = 0; offset < samples.length; offset += chunk)
    pieces.push(...listener.push(samples.subarray(offset, offset + chunk)));
  pieces.push(...(await listener.finish()));
  listener.close();
  return pieces.join('');
}

/** Words in several scripts in an order that is the same on every run. */
function randomTexts(count: number): string[] {
  const words =
    'hello what is the weather in Paris tomorrow please book table two seven café naïve 42 euros thanks order A-1047 Zürich 東京 👍 yes no maybe'.split(
      ' ',
    );
  const random = randomNumbers();
  const next = (below: number): number => Math.floor(random() * below);
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(14) }, () => words[next(words.length)]).join(' '),
  );
}

/** From 0 to 1, the same on every run. */
function randomNumbers(): () => number {
  let seed = 7;
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}
