import { plainEar } from '@patchbay/loopback';
import { expect, onTestFinished, test } from 'vitest';
import { startCloud } from './ways.ts';
import { expectEveryWord, expectRefusal } from './callers.ts';

// What hops are judged by must itself be able to fail.

test('a word that is not understood is noticed', async () => {
  const cloud = await startCloud({
    ear: {
      async listen(options) {
        const listener = await plainEar.listen(options);
        const withoutFerry = (words: string[]) => words.filter((word) => !/ferry/.test(word));
        return {
          ...{ reset: () => listener.reset(), close: () => listener.close() },
          push: (samples) => withoutFerry(listener.push(samples)),
          finish: async () => withoutFerry(await listener.finish()),
        };
      },
      close: () => Promise.resolve(),
    },
  });
  onTestFinished(() => cloud.close());
  await expect(expectEveryWord({ baseURL: cloud.url }, { dials: 1 })).rejects.toThrow('ferry');
});

test('a dial too many is noticed', async () => {
  const cloud = await startCloud();
  onTestFinished(() => cloud.close());
  const dialledTwice = expectEveryWord({ baseURL: cloud.url }, { dials: 1, midway: () => cloud.dropSockets() });
  await expect(dialledTwice).rejects.toThrow('dials');
});

test('an error that blames the key is noticed', async () => {
  const cloud = await startCloud({ keys: ['another'] });
  onTestFinished(() => cloud.close());
  await expect(expectRefusal({ baseURL: cloud.url }, { dials: 1, says: /./ })).rejects.toThrow(/api key/i);
});
