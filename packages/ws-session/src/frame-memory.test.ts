import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { run, server } from './__fixtures__/fixtures.ts';
import { encodeText, MaskingKeys } from './frame-memory.ts';

describe('the memory of text frames', () => {
  it('is used again, and what a peer that reads late gets is what was sent all the same', async () => {
    const cloud = await server({ onSocket: ({ socket }) => socket.send('"welcome"') });
    const harness = run(connectionTo(cloud.url), { highWaterBytes: 2 ** 30 });
    await harness.until(() => harness.frames.length === 1);
    const accepted = cloud.accepted[0]!;
    accepted.socket.pause();
    const texts = Array.from({ length: 1_000 }, (_, number) => `${number} ${'grün 🎧'.repeat((number * 37) % 4_000)}`);
    for (const text of texts) expect(harness.session.send(text)).toBe(true);
    // More than the kernel takes: the end of it waits in this process.
    await new Promise((resolve) => setImmediate(resolve));
    expect(accepted.received).toHaveLength(0);
    accepted.socket.resume();
    await cloud.until(() => accepted.received.length === texts.length);
    expect(accepted.received.every((text, number) => text === texts[number])).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['as much as fits', '€'.repeat(21_845)],
    ['half of a pair of surrogates', 'a\ud83c'],
  ])('holds %s', (_what, text) => {
    expect(Buffer.from(encodeText(text))).toEqual(Buffer.from(text));
    expect(encodeText(text)).toBeInstanceOf(Uint8Array);
  });

  it('is not grown for a long text, which is left as it is', () => {
    const text = 'a'.repeat(21_846);
    expect(encodeText(text)).toBe(text);
  });
});

describe('a masking key', () => {
  it('is never of zeros, under which nothing would be copied', () => {
    let filled = 0;
    const keys = new MaskingKeys((memory) => memory.fill(0).set([0, 0, ++filled], memory.length / 2));
    const key = Buffer.alloc(4);
    for (let count = 1; count <= 3; count++) {
      keys.write(key);
      expect(key.readUInt32LE()).toBe(count);
    }
  });

  it('is another one each time', () => {
    const keys = new MaskingKeys();
    const seen = new Set<number>();
    const key = Buffer.alloc(4);
    for (let count = 0; count < 5_000; count++) {
      keys.write(key);
      seen.add(key.readUInt32LE());
    }
    expect(seen.size).toBeGreaterThan(4_990);
  });
});
