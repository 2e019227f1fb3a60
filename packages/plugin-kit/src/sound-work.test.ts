import { AudioFrame } from '@livekit/rtc-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { base64Of } from './base64.ts';
import { decodeJson } from './json-message.ts';
import { PcmChunker } from './pcm-chunker.ts';
import { SpeechFrames } from './speech-frames.ts';

/** Every typed array's. */
const shared = Object.getPrototypeOf(Int16Array.prototype) as {
  set(from: ArrayLike<number>, at?: number): void;
  slice(start?: number, end?: number): ArrayLike<number>;
};

/** How many values each copy of a typed array took over, whichever way it was made. */
function copies(work: () => void): number[] {
  const counts: number[] = [];
  const { set, slice } = shared;
  vi.spyOn(shared, 'set').mockImplementation(function (this: unknown, from, at) {
    counts.push(from.length);
    set.call(this, from, at);
  });
  vi.spyOn(shared, 'slice').mockImplementation(function (this: unknown, start, end) {
    const part = slice.call(this, start, end);
    counts.push(part.length);
    return part;
  });
  const from = vi.spyOn(Buffer, 'from');
  work();
  for (const [source] of from.mock.calls as [unknown][]) if (ArrayBuffer.isView(source)) counts.push(source.byteLength);
  return counts;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the work that sound is', () => {
  it('is one copy of each frame that is said, and another where a chunk ends within it', () => {
    const chunker = new PcmChunker({ sampleRate: 1_000, chunkMs: 50, onChunk: () => {} });
    const frame = new AudioFrame(new Int16Array(20), 1_000, 1, 20);
    expect(
      copies(() => {
        for (let time = 0; time < 5; time++) chunker.push(frame);
      }),
    ).toEqual([20, 20, 10, 10, 20, 20]);
  });

  it('is one copy of each piece that is heard, and another where a frame ends within it', () => {
    const speech = new SpeechFrames({ sampleRate: 1_000, frameMs: 50, bare: true, onFrame: () => {} });
    expect(
      copies(() => {
        for (let time = 0; time < 5; time++) speech.push(new Uint8Array(40));
      }),
    ).toEqual([40, 40, 20, 20, 40, 40]);
  });

  it('is no copy of a message in bytes that is read', () => {
    const message = Buffer.from(JSON.stringify({ type: 'audio', delta: 'A'.repeat(6_400) }));
    expect(copies(() => decodeJson(message, 'delta'))).toEqual([]);
  });

  it('is one conversion to base64, of the whole', () => {
    const buffers = vi.spyOn(Buffer.prototype, 'toString');
    const pieces = [vi.spyOn(String, 'fromCharCode'), vi.spyOn(globalThis, 'btoa')];
    const text = base64Of(new Uint8Array(4_800));
    const conversions = buffers.mock.contexts.map((buffer) => (buffer as Buffer).length);
    expect(conversions).toEqual([4_800]);
    for (const piece of pieces) expect(piece).not.toHaveBeenCalled();
    expect(text).toHaveLength(6_400);
  });
});
