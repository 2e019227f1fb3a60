import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, type Clock } from '@patchbay/loopback';
import { WebSocket } from 'ws';
import { chatOver, conversationOver, dictationOver, key, type Way } from './ways.ts';

/** Of a service that never pings: what happens every twenty seconds or later does not happen. */
export const withoutPings: Clock = {
  ...systemClock,
  setTimer: (callback, delayMs) => systemClock.setTimer(callback, delayMs >= 20_000 ? Infinity : delayMs),
};

/** Callers who say nothing for long, and somebody beside them whose client does not ping. */
export interface Vigil {
  /** Waits until he is cut off, has the others speak, and tells what came of them. */
  outcome(): Promise<string>;
  end(): Promise<void>;
}

const question = 'Is anybody there?';

/** Of those who cut off, some look once a second only. */
const toleranceMs = 1_500;

/** Before a cloud that does not ping either: whoever is on the way has this patience with the silent, milliseconds. */
export function startVigil(way: Way, { patienceMs }: { patienceMs: number }): Vigil {
  const [dictation, conversation, chat] = [dictationOver(way), conversationOver(way), chatOver(way)];
  const calls = [dictation, conversation, chat];
  const over = new AbortController();
  const silent = endOfSilent(way, over.signal);
  silent.catch(() => undefined); // told below
  const asked = chat.ask(question);
  return {
    async outcome() {
      await asked;
      const { code, livedMs } = await silent;
      equal(code, 1006, 'the client that does not ping');
      ok(livedMs > patienceMs - toleranceMs, `the client that does not ping was cut off after ${livedMs} ms`);
      // Theirs is as old.
      await sleep(1_000);
      await Promise.all([
        ...[dictation, conversation].map((call) => call.say(question, { live: true })),
        chat.ask(question),
      ]);
      await Promise.all([dictation.heard(1), conversation.heard(1), chat.heard(2)]);
      deepEqual(
        calls.map(({ dials, turns }) => ({ dials, turns: [...new Set(turns)] })),
        calls.map(() => ({ dials: 1, turns: [question] })),
      );
      return 'a client that does not ping is cut off without a close frame; of ours each class is still on its first connection';
    },
    async end() {
      over.abort();
      await Promise.all(calls.map((call) => call.end()));
    },
  };
}

/** Connects, and neither speaks nor pings: how that ends, and when. */
async function endOfSilent({ baseURL, proxy }: Way, signal: AbortSignal): Promise<{ code: number; livedMs: number }> {
  const url = new URL(`${baseURL.replace(/^http/, 'ws')}/realtime?intent=transcription`);
  const tunnel = proxy === undefined ? undefined : await tunnelTo(url.host, String(proxy));
  const client = new WebSocket(url, {
    headers: { authorization: `Bearer ${key}` },
    ...(tunnel && { createConnection: () => tunnel }),
  });
  signal.addEventListener('abort', () => client.terminate());
  await once(client, 'open');
  const openedMs = performance.now();
  client.on('error', () => undefined);
  const [code] = (await once(client, 'close')) as [number];
  return { code, livedMs: performance.now() - openedMs };
}

async function tunnelTo(host: string, proxy: string): Promise<Socket> {
  const { origin, username, password } = new URL(proxy);
  const headers = { host, 'proxy-authorization': `Basic ${btoa(`${username}:${password}`)}` };
  const connect = request(origin, { method: 'CONNECT', path: host, headers }).end();
  const [{ statusCode }, socket] = (await once(connect, 'connect')) as [{ statusCode: number }, Socket];
  equal(statusCode, 200, 'the tunnel of the client that does not ping');
  return socket;
}
