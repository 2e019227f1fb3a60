import { describe, expect, it } from 'vitest';
import { FrameMemory } from './frame-memory.ts';

describe('the memory of frames', () => {
  it('is used again for whatever is no longer than its power of two', () => {
    const memory = new FrameMemory();
    const taken = memory.take(1_025);
    expect(taken.bytes).toHaveLength(2_048);
    expect(taken.words).toHaveLength(512);
    memory.takeBack(taken);
    expect(memory.take(1_024)).not.toBe(taken);
    expect(memory.take(2_048)).toBe(taken);
    expect(memory.take(2_048)).not.toBe(taken);
  });

  it('keeps no more than 2 MiB, whatever was in use', () => {
    const memory = new FrameMemory();
    const lengths = [1, 2_000, 4_000, 8_000, 16_000, 32_000, 65_536, 65_537, 1_000_000];
    const taken = lengths.flatMap((length) => Array.from({ length: 40 }, () => memory.take(length)));
    for (const each of taken) memory.takeBack(each);
    const before = new Set(taken);
    const again = lengths.flatMap((length) => Array.from({ length: 40 }, () => memory.take(length)));
    const kept = again.filter((each) => before.has(each));
    expect(kept).toHaveLength(7 * 16);
    expect(kept.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(2 * 1_024 * 1_024);
  });

  it('is there for a length that is none of whole words', () => {
    const { bytes, words } = new FrameMemory().take(70_001);
    expect(bytes).toHaveLength(70_004);
    expect(words.byteLength).toBe(70_004);
  });
});
