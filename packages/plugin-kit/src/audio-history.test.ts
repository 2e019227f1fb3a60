import type { Clock } from '@patchbay/ws-session';
import { ManualClock } from '@patchbay/ws-session/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockMemory } from './audio-block.ts';
import { AudioHistory } from './audio-history.ts';
import { UnheardSpeech } from './unheard-speech.ts';
import { leadMs, longestReplayMs } from './listening-times.ts';

const chunkMs = 50;
const chunkBytes = 1_600;
/** Chunks that lie in one piece of memory. */
const chunksOfBlock = 10;
const halfAnHour = (30 * 60_000) / chunkMs;

/** A chunk of a voice; one buffer is used for all, like the chunker's. */
const voice = new Uint8Array(new Int16Array(chunkBytes / 2).fill(5_000).buffer);

/** The memories behind the chunks that are remembered. */
function memoriesOf(history: AudioHistory): ArrayBufferLike[] {
  return history.replay().sounds.map(({ bytes }) => bytes.buffer);
}

/** Milliseconds, so that what is asked for often falls between two chunks. */
const tens = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max }).map((number) => 10 * number);

describe('the audio that is remembered', () => {
  const clock: Clock = new ManualClock();

  it('is few pieces of memory, for every object that lives makes collections of garbage longer', () => {
    const history = new AudioHistory(clock);
    for (let count = 0; count < longestReplayMs / chunkMs; count++) history.push(voice, chunkMs);
    expect(new Set(memoriesOf(history)).size).toBe(longestReplayMs / chunkMs / chunksOfBlock);
  });

  it('takes no new memory in half an hour, while as much is forgotten as is pushed', () => {
    const history = new AudioHistory(clock);
    const memories = new Set<ArrayBufferLike>();
    for (let count = 0; count < halfAnHour; count++) {
      history.push(voice, chunkMs);
      history.settle(history.pushedMs - leadMs);
      for (const memory of memoriesOf(history)) memories.add(memory);
    }
    expect(history.replay().milliseconds).toBe(leadMs);
    expect(memories.size).toBeLessThanOrEqual(leadMs / chunkMs / chunksOfBlock + 2);
  });

  it('gives the memory of what was answered to whoever speaks next, and up what is more than a mebibyte', () => {
    const [one, other] = [new AudioHistory(clock), new AudioHistory(clock)];
    const most = Math.floor(1_048_576 / chunkBytes);
    for (let count = 0; count < 2 * most; count++) one.push(voice, chunkMs);
    const before = new Set(memoriesOf(one));
    one.settle(one.pushedMs);
    for (let count = 0; count < 2 * most; count++) other.push(voice, chunkMs);
    const again = memoriesOf(other).filter((memory) => before.has(memory)).length;
    expect(again).toBeGreaterThan(most / 2);
    expect(again).toBeLessThanOrEqual(most);
  });

  it('uses memory again also after chunks of thousands of lengths', () => {
    const history = new AudioHistory(clock);
    for (let length = 1; length < 3_000; length++) history.push(new Uint8Array(length), 1);
    history.settle(history.pushedMs);
    history.push(voice, chunkMs);
    const before = memoriesOf(history);
    history.settle(history.pushedMs);
    history.push(voice, chunkMs);
    expect(memoriesOf(history)).toEqual(before);
    expect(memoriesOf(history)[0]).toBe(before[0]);
  });

  it('is what was pushed, in memory of the history, also where that is used again', () => {
    const history = new AudioHistory(clock);
    for (let number = 0; number < 100; number++) {
      history.push(voice.slice(0, 4).fill(number), 1);
      history.settle(history.pushedMs - 10);
      const seen = history.replay().sounds.map(({ bytes }) => bytes[0]);
      expect(seen).toEqual(
        Array.from({ length: Math.min(10, number + 1) }, (_, index) => Math.max(0, number - 9) + index),
      );
      expect(memoriesOf(history)).not.toContain(voice.buffer);
    }
  });

  it('takes chunks of any length one after the other', () => {
    const history = new AudioHistory(clock);
    for (const length of [2, 8, 8, 0, 3, 2_000_000, 5, 0, 1]) {
      const bytes = new Uint8Array(length).fill(7);
      history.push(bytes, 1);
      history.settle(history.pushedMs - 1);
      expect(history.replay().sounds.map((sound) => sound.bytes)).toEqual([bytes]);
    }
  });

  it('does not live on behind memory that was given back, when its stream is gone', () => {
    const [given, behind] = [blockMemory.take(chunkBytes, 0), blockMemory.take(chunkBytes, chunkMs)];
    given.next = behind;
    blockMemory.takeBack(given);
    expect(given.next).toBeUndefined();
  });

  it('begins each chunk at a whole sample, behind one that ended in the middle of its last', () => {
    const history = new AudioHistory(clock);
    for (let count = 0; count < 15; count++) history.push(voice.slice(0, 3), 1);
    for (const { bytes } of history.replay().sounds) expect(bytes.byteOffset % 2).toBe(0);
  });

  it('tells of any chunks what a list of them would tell', async () => {
    const step = fc.oneof(
      fc.record({ push: fc.nat(40), milliseconds: tens(1, 3) }),
      fc.record({ settle: tens(0, 40) }),
      fc.record({ expire: tens(0, 10) }),
      fc.record({ pass: tens(0, 6) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), tens(0, 40), tens(0, 40), async (steps, one, other) => {
        const now = new ManualClock();
        const history = new AudioHistory(now);
        let list: { bytes: Uint8Array; milliseconds: number; startMs: number; endMs: number; at: number }[] = [];
        let pushedMs = 0;
        for (const [number, each] of steps.entries()) {
          if ('push' in each) {
            const bytes = new Uint8Array(each.push).fill(number);
            const { milliseconds } = each;
            history.push(bytes, milliseconds);
            list.push({ bytes, milliseconds, startMs: pushedMs, endMs: (pushedMs += milliseconds), at: now.now() });
          } else if ('settle' in each) {
            // From the end: what is remembered is there.
            const untilMs = pushedMs - each.settle;
            history.settle(untilMs);
            list = list.filter(({ endMs }) => endMs > untilMs);
          } else if ('expire' in each) {
            history.expire(each.expire);
            list = list.filter(({ at }) => at >= now.now() - each.expire);
          } else {
            await now.advance(each.pass);
          }
        }
        const untilMs = pushedMs - one;
        const told = list.filter(({ endMs }) => endMs <= untilMs);
        const startMs = told[0]?.startMs ?? pushedMs;
        expect(history.pushedMs).toBe(pushedMs);
        expect(history.startMs).toBe(list[0]?.startMs ?? pushedMs);
        expect(history.replay(untilMs)).toEqual({
          sounds: told.map(({ bytes, milliseconds }) => ({ bytes, milliseconds })),
          startMs,
          milliseconds: (told.at(-1)?.endMs ?? startMs) - startMs,
        });
        const fromMs = untilMs - other;
        const between = told.filter(({ endMs }) => endMs > fromMs).map(({ bytes }) => bytes);
        expect(history.between(fromMs, untilMs)).toEqual(between);
      }),
    );
  });

  it('holds no more of a monologue than is worth repeating', () => {
    const unheard = new UnheardSpeech(clock);
    for (let count = 0; count < halfAnHour; count++) unheard.push(voice, chunkMs);
    unheard.lost(0);
    expect(unheard.repeatedMs).toBe(longestReplayMs);
  });
});
