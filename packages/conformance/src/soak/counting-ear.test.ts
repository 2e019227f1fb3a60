import { expect, it } from 'vitest';
import { CountingEar } from './counting-ear.ts';
import { Ledger } from './ledger.ts';
import { groupSamples, stamp } from './stamp.ts';

interface Line {
  push(samples: Int16Array): void;
}

interface Bench {
  ledger: Ledger;
  ear: CountingEar;
  /** A socket of the service's. */
  open(): Promise<Line>;
}

function bench(replays = false): Bench {
  const ledger = new Ledger();
  const ear = new CountingEar(new Map([[7, { ledger, replays }]]));
  return { ledger, ear, open: () => ear.listen() };
}

/** Said: `count` groups from `first` on. */
function say({ ledger }: Bench, first: number, count: number, { loud = false, caller = 7 } = {}): Int16Array {
  const samples = new Int16Array(count * groupSamples);
  stamp(samples, caller, first, loud);
  ledger.sent = Math.max(ledger.sent, first + count);
  return samples;
}

it('hears everything, quiet or loud, in pieces of any length', async () => {
  const room = bench();
  const line = await room.open();
  const all = Int16Array.of(...say(room, 0, 50), ...say(room, 50, 50, { loud: true }));
  for (let at = 0; at < all.length; at += 37) line.push(all.subarray(at, at + 37));
  room.ledger.close();
  expect(room.ledger).toMatchObject({ received: 100, missing: 0, unaccounted: 0, faults: [] });
  expect(room.ear.strange).toBe(0);
});

it('misses what was lost, and asks no more when that was reported', async () => {
  const room = bench();
  const line = await room.open();
  line.push(say(room, 0, 30));
  say(room, 30, 30);
  line.push(say(room, 60, 30));
  room.ledger.reportDropped(20);
  room.ledger.close();
  expect(room.ledger).toMatchObject({ missing: 30, unaccounted: 10, overReported: 0 });
  // Too much later on does not make up for it.
  room.ledger.reportDropped(30);
  room.ledger.close();
  expect(room.ledger).toMatchObject({ unaccounted: 10, overReported: 30 });
});

it('misses a single sample, and whatever follows it is nobody’s', async () => {
  const room = bench();
  const line = await room.open();
  const samples = say(room, 0, 30);
  line.push(samples.filter((_sample, at) => at !== 10 * groupSamples));
  room.ledger.close();
  expect(room.ledger).toMatchObject({ received: 10, unaccounted: 20 });
  expect(room.ear.strange).toBe(19 * groupSamples);
});

it('counts what was heard twice and lost once as heard once, and lost', async () => {
  const room = bench(true);
  (await room.open()).push(say(room, 0, 30));
  say(room, 30, 10);
  // Said again: what the dead socket had heard, but not what it had not.
  (await room.open()).push(Int16Array.of(...say(room, 10, 20), ...say(room, 40, 10)));
  room.ledger.close();
  expect(room.ledger).toMatchObject({ received: 40, replayed: 20, missing: 10, unaccounted: 10, overReported: 0 });
});

it('notices repetition and another order', async () => {
  const room = bench();
  const line = await room.open();
  line.push(say(room, 0, 30));
  line.push(say(room, 0, 30));
  expect(room.ledger.faults).toEqual(['out of order: 0 behind 30', 'heard twice: 30 groups from 0']);
});

it.each([
  [true, []],
  [false, ['heard twice: 10 groups from 20']],
])('a replay on the next socket, where there are such: %s', async (replays, faults) => {
  const room = bench(replays);
  (await room.open()).push(say(room, 0, 30));
  (await room.open()).push(say(room, 20, 20));
  room.ledger.close();
  expect(room.ledger).toMatchObject({ received: 40, missing: 0, replayed: 10, faults });
});

it('takes silence for nothing, and other sound for a fault', async () => {
  const room = bench();
  const line = await room.open();
  line.push(new Int16Array(80));
  expect(room.ear.strange).toBe(0);
  line.push(new Int16Array(80).fill(5));
  expect(room.ear.strange).toBe(80);
  line.push(say(room, 0, 10));
  line.push(say(room, 10, 10).map((sample) => ((sample & 0xff) << 8) | ((sample >> 8) & 0xff)));
  expect(room.ear.strange).toBe(160);
  line.push(say(room, 0, 1, { caller: 8 }));
  expect(room.ear.strange).toBe(168);
  room.ledger.close();
  expect(room.ledger).toMatchObject({ received: 10, unaccounted: 10 });
});

it('holds what nobody said against whoever sent it', async () => {
  const room = bench();
  const line = await room.open();
  const samples = say(room, 0, 20);
  room.ledger.sent = 10;
  line.push(samples);
  expect(room.ledger.faults).toEqual(['20 was heard and never said']);
});
