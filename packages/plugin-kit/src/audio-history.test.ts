import type { Clock } from '@patchbay/ws-session';
import { ManualClock } from '@patchbay/ws-session/testing';
import { describe, expect, it } from 'vitest';
import { AudioHistory } from './audio-history.ts';
import { UnheardSpeech } from './unheard-speech.ts';
import { leadMs, longestReplayMs } from './listening-times.ts';

const chunkMs = 50;
const chunkBytes = 1_600;
const halfAnHour = (30 * 60_000) / chunkMs;

/** A chunk of a voice; one buffer is used for all, like the chunker's. */
const voice = new Uint8Array(new Int16Array(chunkBytes / 2).fill(5_000).buffer);

/** The memories behind the chunks that are remembered. */
function memoriesOf(history: AudioHistory): ArrayBufferLike[] {
  return history.replay().sounds.map(({ bytes }) => bytes.buffer);
}

describe('the audio that is remembered', () => {
  const clock: Clock = new ManualClock();

  it('takes no new memory in half an hour, while as much is forgotten as is pushed', () => {
    const history = new AudioHistory(clock);
    const memories = new Set<ArrayBufferLike>();
    for (let count = 0; count < halfAnHour; count++) {
      history.push(voice, chunkMs);
      history.settle(history.pushedMs - leadMs);
      for (const memory of memoriesOf(history)) memories.add(memory);
    }
    expect(history.replay().milliseconds).toBe(leadMs);
    expect(memories.size).toBeLessThanOrEqual(leadMs / chunkMs + 1);
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

  it('is what was pushed, in memory of its own, also where that is used again', () => {
    const history = new AudioHistory(clock);
    for (let number = 0; number < 100; number++) {
      history.push(voice.slice(0, 4).fill(number), 1);
      history.settle(history.pushedMs - 10);
      const seen = history.replay().sounds.map(({ bytes }) => bytes[0]);
      expect(seen).toEqual(
        Array.from({ length: Math.min(10, number + 1) }, (_, index) => Math.max(0, number - 9) + index),
      );
      expect(new Set(memoriesOf(history)).size).toBe(seen.length);
    }
  });

  it('takes chunks of any length one after the other', () => {
    const history = new AudioHistory(clock);
    for (const length of [2, 8, 8, 0, 3]) {
      const bytes = voice.slice(0, length);
      history.push(bytes, 1);
      history.settle(history.pushedMs - 1);
      expect(history.replay().sounds.map((sound) => sound.bytes)).toEqual([bytes]);
    }
  });

  it('holds no more of a monologue than is worth repeating', () => {
    const unheard = new UnheardSpeech(clock);
    for (let count = 0; count < halfAnHour; count++) unheard.push(voice, chunkMs);
    unheard.lost(0);
    expect(unheard.repeatedMs).toBe(longestReplayMs);
  });
});
