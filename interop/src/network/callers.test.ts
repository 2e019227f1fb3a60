import { plainEar } from '@patchbay/loopback';
import { expect, onTestFinished, test } from 'vitest';
import { startCloud } from './ways.ts';
import { brokenOff, expectEveryWord, expectRefusal } from './callers.ts';

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

test('a loss that did not happen is noticed', async () => {
  const cloud = await startCloud();
  onTestFinished(() => cloud.close());
  await expect(expectEveryWord({ baseURL: cloud.url }, { dials: 2, loss: brokenOff })).rejects.toThrow('dials');
});

test('a loss for another reason is noticed', async () => {
  const cloud = await startCloud();
  onTestFinished(() => cloud.close());
  const fate = { dials: 2, loss: brokenOff, midway: () => cloud.dropSockets(1001, 'moving') };
  await expect(expectEveryWord({ baseURL: cloud.url }, fate)).rejects.toThrow('code 1001');
});

test('an error that blames the key is noticed', async () => {
  const cloud = await startCloud({ keys: ['another'] });
  onTestFinished(() => cloud.close());
  await expect(expectRefusal({ baseURL: cloud.url }, { dials: 1, says: /./ })).rejects.toThrow(/api key/i);
});
