import { AudioFrame } from '@livekit/rtc-node';
import { describe, expect, it } from 'vitest';
import { PcmChunker } from './pcm-chunker.ts';

const ramp = (length: number, from = 0): Int16Array => Int16Array.from({ length }, (_, n) => from + n);

function collect(options: { sampleRate: number; chunkMs: number }) {
  const chunks: Int16Array[] = [];
  const durations: number[] = [];
  const chunker = new PcmChunker({
    ...options,
    onChunk(bytes, milliseconds) {
      chunks.push(new Int16Array(Uint8Array.from(bytes).buffer));
      durations.push(milliseconds);
    },
  });
  return { chunker, chunks, durations, samples: () => chunks.flatMap((chunk) => [...chunk]) };
}

describe('PcmChunker', () => {
  it('cuts frames of any length into chunks of one', () => {
    const { chunker, chunks, durations, samples } = collect({ sampleRate: 1_000, chunkMs: 50 });
    const source = ramp(330);
    for (const [from, to] of [
      [0, 7],
      [7, 120],
      [120, 121],
      [121, 330],
    ] as const) {
      const data = source.slice(from, to);
      chunker.push(new AudioFrame(data, 1_000, 1, data.length));
    }
    expect(chunks.map((chunk) => chunk.length)).toEqual([50, 50, 50, 50, 50, 50]);
    chunker.flush();
    expect(durations).toEqual([50, 50, 50, 50, 50, 50, 30]);
    expect(samples()).toEqual([...source]);
  });

  it('sends the window of a view, not the memory around it', () => {
    const memory = ramp(24_000);
    const view = memory.subarray(6_000, 7_200);
    const { chunker, samples } = collect({ sampleRate: 24_000, chunkMs: 50 });
    chunker.push(new AudioFrame(view, 24_000, 1, view.length));
    expect(samples()).toEqual([...view]);
  });

  it('mixes channels down', () => {
    const { chunker, samples } = collect({ sampleRate: 1_000, chunkMs: 2 });
    chunker.push(new AudioFrame(Int16Array.of(100, 300, -200, 200), 1_000, 2, 2));
    expect(samples()).toEqual([200, 0]);
  });

  it('resamples, views included, and counts out exactly as much time as came in', () => {
    const { chunker, samples } = collect({ sampleRate: 24_000, chunkMs: 50 });
    const memory = Int16Array.from({ length: 96_000 }, (_, n) => Math.round(9_000 * Math.sin(n / 20)));
    for (let at = 0; at < 48_000; at += 480) {
      const view = memory.subarray(at + 13, at + 493);
      chunker.push(new AudioFrame(view, 48_000, 1, 480));
    }
    chunker.flush();
    const output = samples();
    expect(output.length).toBe(24_000);
    for (let n = 100; n < 23_900; n += 97) expect(output[n]).toBeCloseTo(9_000 * Math.sin((2 * n + 13) / 20), -2);
  });

  it('changes its source in the middle: what the old one owed comes first', () => {
    const { chunker, samples } = collect({ sampleRate: 24_000, chunkMs: 10 });
    chunker.push(new AudioFrame(new Int16Array(480).fill(1_000), 48_000, 1, 480));
    chunker.push(new AudioFrame(new Int16Array(240).fill(-1_000), 24_000, 1, 240));
    chunker.flush();
    const output = samples();
    expect(output.length).toBe(480);
    expect(output.slice(20, 220).every((sample) => sample === 1_000)).toBe(true);
    expect(output.slice(240)).toEqual(new Array(240).fill(-1_000));
  });

  it('forgets a half-filled chunk on reset', () => {
    const { chunker, samples } = collect({ sampleRate: 1_000, chunkMs: 10 });
    chunker.push(new AudioFrame(ramp(7), 1_000, 1, 7));
    chunker.reset();
    chunker.push(new AudioFrame(ramp(10, 50), 1_000, 1, 10));
    expect(samples()).toEqual([...ramp(10, 50)]);
  });

  it('reuses one buffer for every chunk', () => {
    const memories = new Set<ArrayBufferLike>();
    const chunker = new PcmChunker({ sampleRate: 1_000, chunkMs: 5, onChunk: (bytes) => memories.add(bytes.buffer) });
    for (let frame = 0; frame < 100; frame++) chunker.push(new AudioFrame(ramp(10), 1_000, 1, 10));
    chunker.flush();
    expect(memories.size).toBe(1);
  });
});
