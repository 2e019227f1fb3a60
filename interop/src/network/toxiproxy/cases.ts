import { equal, match, ok } from 'node:assert/strict';
import type { Loopback } from '@patchbay/loopback';
import type { Case } from '../../system.ts';
import { failureOf } from '../../talk/call.ts';
import { brokenOff, expectEveryWord, expectRefusal, expectReturn } from '../callers.ts';
import { connectionsTo } from '../connections.ts';
import { expectSlicedLine, expectSlowLine, lineTo, type Line } from '../line.ts';
import { ask, recite } from '../requests.ts';
import { wordsOf, type Way } from '../ways.ts';
import type { Toxics } from './toxics.ts';

export interface World {
  cloud: Loopback;
  toxics: Toxics;
  way: Way;
}

/** How long somebody waits for an answer who knows that the line may be dead. */
const hasty = { connOptions: { timeoutMs: 1_500 } };

export const toxicCases: Case<World>[] = [
  poisoned({
    id: 'latency',
    about: 'line',
    title: '200 ms each way, give or take 50, cost nothing but time',
    async run({ toxics, way }) {
      for (const direction of ['upstream', 'downstream'] as const)
        await toxics.add('latency', { latency: 200, jitter: 50 }, direction);
      await expectSlowLine(way.baseURL, 290);
      return expectEveryWord(way, { dials: 1 });
    },
  }),
  poisoned({
    id: 'slicer',
    about: 'line',
    title: 'a few bytes at a time are put together again, on sockets and in HTTP',
    async run({ toxics, way }) {
      // Without a wait, the machine puts them together again before anybody reads them.
      await toxics.add('slicer', { average_size: 4, size_variation: 3, delay: 10 });
      await expectSlicedLine(way.baseURL);
      const seen = await expectEveryWord(way, { dials: 1 });
      equal(await recite(way, 'Four for a boy.'), 'Four for a boy.');
      return `${seen}; every word of the voice`;
    },
  }),
  poisoned({
    id: 'bandwidth',
    about: 'line',
    title: 'a line that is slower than speech delays it, and no frame is dropped for it',
    async run({ toxics, way }) {
      // Speech makes 64 KB a second of its base64.
      await toxics.add('bandwidth', { rate: 40 }, 'upstream');
      await expectSlowLine(way.baseURL, 250, 12_000);
      return expectEveryWord(way, { dials: 1 });
    },
  }),
  poisoned({
    id: 'hole-at-dial',
    about: 'dial',
    title: 'an upgrade that is never answered is given up and tried again, and so is a request',
    async run({ toxics, way }) {
      await hole(toxics);
      match((await failureOf(ask({ ...way, ...hasty }, ['Hello.']))).message, /no answer within 1500 ms/);
      const once = { ...way, connOptions: { ...hasty.connOptions, maxRetry: 1 } };
      return expectRefusal(once, { says: /no answer to the dial within 1500 ms/, dials: 2 });
    },
  }),
  poisoned({
    id: 'reset-at-dial',
    about: 'dial',
    title: 'an upgrade that is answered by a reset is tried again',
    async run({ toxics, way }) {
      await toxics.add('reset_peer', { timeout: 0 });
      return expectRefusal(way, { says: /ECONNRESET/, dials: 2 });
    },
  }),
  poisoned({
    id: 'cut-at-dial',
    about: 'dial',
    title: 'a connection that ends within the answer to the upgrade is tried again',
    async run({ toxics, way }) {
      await toxics.add('limit_data', { bytes: 60 });
      return expectRefusal(way, { says: /socket hang up/, dials: 2 });
    },
  }),
  midCall({
    id: 'hole',
    title: 'a line that goes silent in the middle of a phrase is noticed by its silence',
    poison: hole,
    loss: /no transcript within|no pong came/,
    // Toxiproxy ends what waits in a hole when the hole is taken away, and so the dial that waits just then.
    refused: /no answer to the dial within 1500 ms|ECONNRESET/,
    ...hasty,
  }),
  midCall({
    id: 'reset',
    title: 'a reset in the middle of a phrase, and at the next dial',
    poison: (toxics) => toxics.add('reset_peer', { timeout: 0 }),
    refused: /ECONNRESET/,
  }),
  midCall({
    id: 'cut',
    title: 'a line that ends in the middle of a frame, and of the answer to the next dial',
    poison: (toxics) => toxics.add('limit_data', { bytes: 5 }),
    refused: /ECONNRESET/,
  }),
  midCall({
    id: 'shut',
    title: 'a door that is shut in the middle of a phrase, and to the next dial',
    poison: (toxics) => toxics.shut(),
    refused: /ECONNREFUSED/,
  }),
  poisoned({
    id: 'slow-close',
    about: 'loss',
    title: 'a service that says goodbye and is slow to leave is not waited for',
    async run({ cloud, toxics, way }) {
      await toxics.add('slow_close', { delay: 60_000 });
      let other: Line | undefined;
      try {
        const seen = await expectEveryWord(way, {
          ...{ dials: 2, loss: /code 1001/ },
          async midway() {
            // It leaves somebody else, too, who waits for that.
            other = await lineTo(way.baseURL);
            cloud.dropSockets(1001, 'moving');
          },
        });
        ok(other!.isOpen(), 'the service was not slow to leave');
        return seen;
      } finally {
        other?.hangUp();
      }
    },
  }),
  poisoned({
    id: 'cut-speech',
    about: 'loss',
    title: 'speech over HTTP that ends too soon is an error, not a short sentence',
    async run({ toxics, way }) {
      await toxics.add('limit_data', { bytes: 20_000 });
      const text = 'Five for silver, six for gold.';
      const asked = failureOf(recite(way, text));
      const dials = await connectionsTo(Number(new URL(way.baseURL).port), () => asked);
      const error = await asked;
      match(error.message, /the answer broke off/);
      equal(dials, 1, 'dials');
      return `1 dial: ${wordsOf(error)}`;
    },
  }),
];

async function hole(toxics: Toxics): Promise<void> {
  for (const direction of ['upstream', 'downstream'] as const) await toxics.add('timeout', { timeout: 0 }, direction);
}

interface Poisoning {
  id: string;
  title: string;
  poison: (toxics: Toxics) => Promise<void>;
  loss?: RegExp;
  refused: RegExp;
}

/** Something happens to the line when half a phrase is said, and is over when everybody has dialled in vain. */
function midCall({ id, title, poison, loss = brokenOff, refused, ...more }: Poisoning & Partial<Way>): Case<World> {
  return poisoned({
    id: `${id}-mid-call`,
    about: 'loss',
    title: `${title}: the phrase is heard whole`,
    async run({ toxics, way }) {
      const fate = { go: () => poison(toxics), come: () => toxics.cure(), loss, refused };
      const seen = await expectReturn({ ...way, ...more }, fate);
      return seen.replace(/\d+ ms, and no pong/, '… ms, and no pong');
    },
  });
}

/** Whatever comes of it, the next one finds the line well. */
function poisoned(one: Case<World>): Case<World> {
  return {
    ...one,
    async run(world) {
      try {
        return await one.run(world);
      } finally {
        await world.toxics.cure();
      }
    },
  };
}
