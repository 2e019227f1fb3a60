import { randomUUID } from 'node:crypto';
import { getHeapSnapshot } from 'node:v8';
import { expect, it } from 'vitest';
import { Reply } from './request-llm-reply.ts';

/** How often a text is in the heap, in another text. */
async function timesInHeap(text: string): Promise<number> {
  let [times, rest] = [0, ''];
  for await (const part of getHeapSnapshot()) {
    const searched = rest + String(part);
    times += searched.split(text).length - 1;
    rest = searched.slice(1 - text.length);
  }
  return times;
}

it('a reply that goes on keeps nothing of what it has handed over', async () => {
  let [chunks, characters, given] = [0, 0, 0];
  const reply = new Reply(
    {
      put({ delta }) {
        chunks++;
        characters += delta?.content?.length ?? 0;
      },
    },
    new AbortController().signal,
  );
  const mark = randomUUID();
  for (let piece = 0; piece < 1_000; piece++) {
    // A text put together from others would not be found.
    const text = Buffer.from(`${piece} of ${mark} `).toString();
    given += text.length;
    reply.text('response', text);
    await Promise.resolve();
  }
  expect([chunks, characters]).toEqual([1_000, given]);
  expect(await timesInHeap(mark)).toBeLessThan(10);
  expect(reply.delivered).toBe(true);
});
