import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FrameMemory } from './frame-memory.ts';
import { FrameWriter } from './frame-writer.ts';
import type { Frame } from './types.ts';

const frames: [string, Frame][] = [
  ['ASCII', 'a'.repeat(4_000)],
  ['text', 'ä'.repeat(2_000)],
  ['bytes', new Uint8Array(4_000).fill(7)],
];

function write(frame: Frame): void {
  const network = new Writable({ write: (_chunk, _encoding, done) => done() });
  new FrameWriter(network, { onWritten: () => undefined }).write(frame);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the work that a frame is', () => {
  it.each(frames)('is to mask four bytes at a time: %s', (_what, frame) => {
    let wordsWritten = 0;
    const memory = new FrameMemory().take(5_000);
    const words = new Proxy(memory.words, {
      get: (target, key) => Reflect.get(target, key) as unknown,
      set: (target, key, value) => {
        wordsWritten++;
        return Reflect.set(target, key, value);
      },
    });
    vi.spyOn(FrameMemory.prototype, 'take').mockReturnValue({ ...memory, words });
    write(frame);
    // The key, and what it is put over.
    expect(wordsWritten).toBe(1 + 4_000 / 4);
  });

  it.each(frames)('is to copy it in one piece: %s', (_what, frame) => {
    const set = vi.spyOn(Uint8Array.prototype, 'set');
    const writeText = vi.spyOn(Buffer.prototype, 'write');
    write(frame);
    const copied = typeof frame === 'string' ? writeText : set;
    const calls = copied.mock.calls.filter(([what]) => what === frame);
    const all = set.mock.calls.length + writeText.mock.calls.length;
    vi.restoreAllMocks();
    expect(calls).toHaveLength(1);
    expect(all).toBe(1);
  });
});
