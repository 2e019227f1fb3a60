import { deepEqual, equal } from 'node:assert/strict';
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

export function startVigil(way: Way): Vigil {
  const [dictation, conversation, chat] = [dictationOver(way), conversationOver(way), chatOver(way)];
  const calls = [dictation, conversation, chat];
  const client = new WebSocket(`${way.baseURL.replace(/^http/, 'ws')}/realtime?intent=transcription`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const ended = new Promise<number>((resolve) => client.on('close', resolve).on('error', () => undefined));
  const asked = chat.ask(question);
  return {
    async outcome() {
      await asked;
      equal(await ended, 1006, 'the client that does not ping');
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
      client.terminate();
      await Promise.all(calls.map((call) => call.end()));
    },
  };
}
