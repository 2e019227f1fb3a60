import { afterEach, expect, it } from 'vitest';
import { startLoopback } from '../server.ts';
import type { Loopback } from '../cloud.ts';
import { plainVoice } from '../voice/plain-voice.ts';

let cloud: Loopback | undefined;
afterEach(() => cloud?.close());

/** A promise and what settles it. */
function signalled(): { happened: Promise<void>; happen: () => void } {
  let happen: () => void = () => {};
  const happened = new Promise<void>((resolve) => (happen = resolve));
  return { happened, happen };
}

it.each([
  ['/chat/completions', { messages: [{ role: 'user', content: 'tell me everything' }] }],
  ['/responses', { input: 'tell me everything' }],
])('%s stops the mind when the client goes away', async (path, body) => {
  const stopped = signalled();
  cloud = await startLoopback({
    voice: 'plain',
    pace: { firstTokenMs: 0, tokenMs: 0 },
    mind: {
      async *reply({ signal }) {
        yield { type: 'text', text: 'Once' };
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        stopped.happen();
      },
    },
  });
  const abort = new AbortController();
  const reply = await fetch(cloud.url + path, {
    method: 'POST',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5-mini', stream: true, ...body }),
    signal: abort.signal,
  });
  await reply.body!.getReader().read();
  abort.abort();
  await stopped.happened;
});

it('/audio/speech stops the voice when the client goes away', async () => {
  const speaking = signalled();
  const stopped = signalled();
  cloud = await startLoopback({
    voice: {
      ...plainVoice,
      speak: (_text, options) =>
        new Promise((_resolve, reject) => {
          options?.signal?.addEventListener('abort', () => {
            stopped.happen();
            reject(new Error('aborted'));
          });
          speaking.happen();
        }),
    },
    ear: { listen: () => Promise.reject(new Error('deaf')), close: () => Promise.resolve() },
  });
  const abort = new AbortController();
  const reply = fetch(`${cloud.url}/audio/speech`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: JSON.stringify({ model: 'tts-1', voice: 'alloy', input: 'A long story.', response_format: 'pcm' }),
    signal: abort.signal,
  });
  await speaking.happened;
  abort.abort();
  await expect(reply).rejects.toThrow();
  await stopped.happened;
});

it('speech leaves in pieces of 100 ms, paced by the clock', async () => {
  const waits: number[] = [];
  cloud = await startLoopback({
    voice: 'plain',
    pace: { audioMs: 10 },
    clock: {
      now: () => 0,
      wallClock: () => 0,
      setTimer(callback, delayMs) {
        // Pings of the cloud's own are not the voice's.
        if (delayMs < 1000) {
          waits.push(delayMs);
          queueMicrotask(callback);
        }
        return { cancel: () => {} };
      },
    },
  });
  const reply = await fetch(`${cloud.url}/audio/speech`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: JSON.stringify({ model: 'tts-1', voice: 'alloy', input: 'A short story.', response_format: 'pcm' }),
  });
  const bytes = (await reply.arrayBuffer()).byteLength;
  expect(waits).toEqual(Array(Math.ceil(bytes / 4800) - 1).fill(10));
});
