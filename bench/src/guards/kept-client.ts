import { setTimeout as sleep } from 'node:timers/promises';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { memoryHeld, runClient } from '../client.ts';
import type { Figures, Order } from '../job.ts';
import { openTurns } from './turns.ts';

// Code that V8 lets go of meanwhile would be memory that is given back.
setFlagsFromString('--no-flush-bytecode');

interface Held {
  objects: number;
  bytes: number;
}

/** Objects, arrays, tables and buffers that somebody holds, and bytes, text included. */
async function held(): Promise<Held> {
  await sleep(200);
  return { objects: queryObjects(Object, { format: 'count' }), bytes: memoryHeld() };
}

/** Turns that warm up, and then those of each look. */
function turnsOf(variant: string): [first: number, between: number] {
  if (variant.startsWith('realtime, ')) return [100, 60];
  if (/^(realtime sessions|streams)/.test(variant)) return [60, 30];
  // Twenty a minute may be on one socket: there are two before, and no more behind.
  if (variant === 'text to speech, deepgram') return [24, 4];
  return [600, 150];
}

const looks = 4;

/** What each turn leaves behind: the least of several looks, for code is compiled in some, and what is kept is kept in all. */
await runClient(async ({ variant, port }: Order): Promise<Figures> => {
  const turn = await openTurns(variant, port);
  const talk = async (count: number): Promise<Held> => {
    for (let at = 0; at < count; at++) await turn();
    return held();
  };
  const [first, between] = turnsOf(variant);
  let before = await talk(first);
  let [objects, bytes] = [Infinity, Infinity];
  for (let look = 0; look < looks; look++) {
    const now = await talk(between);
    objects = Math.min(objects, (now.objects - before.objects) / between);
    bytes = Math.min(bytes, (now.bytes - before.bytes) / between);
    before = now;
  }
  return { objects, bytes };
});
