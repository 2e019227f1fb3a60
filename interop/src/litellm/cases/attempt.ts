import assert from 'node:assert/strict';
import { LLM, STT, responses } from '@patchbay/openai';
import type { Call, Failure } from '../../talk/call.ts';
import { Chat } from '../../talk/chat.ts';
import { Dictation } from '../../talk/dictation.ts';
import { through, type GatewayOptions, type Place } from '../world.ts';
import { call } from './call.ts';

/** What came of one turn. */
export interface Attempt {
  /** Empty where there was none. */
  answer: string;
  failures: readonly Failure[];
  dials: number;
  /** How many of these became connections. */
  opens: number;
}

/** No retries. */
export const once = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 20_000 };
/** Two, and none of their waits. */
export const thrice = { maxRetry: 2, retryIntervalMs: 1, timeoutMs: 20_000 };

interface AttemptOptions {
  model?: string;
  modelIn?: 'url' | 'body' | 'both';
  gateway?: GatewayOptions;
  connOptions?: typeof thrice;
}

/** A caller says something, and is answered by voice. */
export async function converse(
  place: Place,
  { model = 'gpt-realtime', connOptions = thrice }: AttemptOptions = {},
): Promise<Attempt> {
  const caller = call(place, { model, connOptions });
  return attempt(caller, async () => {
    await caller.say('hello proxy');
    return firstOf(caller);
  });
}

/** The same is written down, on a realtime socket. */
export async function listen(
  place: Place,
  { model = 'gpt-4o-mini-transcribe', modelIn, gateway, connOptions = thrice }: AttemptOptions = {},
): Promise<Attempt> {
  const turnDetection = { type: 'server_vad' } as const;
  const stt = new STT({ ...through(place, gateway), model, turnDetection, ...(modelIn ? { modelIn } : {}) });
  return dictate(new Dictation(stt, { connOptions }), 'hello proxy');
}

/** What is written down of a phrase. */
export function dictate(dictation: Dictation, phrase: string): Promise<Attempt> {
  return attempt(dictation, async () => {
    await dictation.say(phrase);
    return firstOf(dictation);
  });
}

/** The first turn; empty where the call is over before. */
async function firstOf(caller: Call): Promise<string> {
  const turns = await caller.heard().catch((error: unknown) => {
    if (!caller.errors.includes(error as Error)) throw error;
  });
  return turns?.[0] ?? '';
}

/** A question over the Responses API, on a socket or in a request. */
export async function respond(
  place: Place,
  { model = 'gpt-5-mini', connOptions = thrice, useWebSocket = true }: AttemptOptions & { useWebSocket?: boolean } = {},
): Promise<Attempt> {
  const turns = new Chat(new responses.LLM({ ...through(place), model, useWebSocket }), connOptions);
  return attempt(turns, () => turns.ask('hello proxy'));
}

/** The same as chat completions. */
export async function chat(
  place: Place,
  { model = 'gpt-5-mini', connOptions = thrice, text = 'hello proxy' }: AttemptOptions & { text?: string } = {},
): Promise<Attempt> {
  const turns = new Chat(new LLM({ ...through(place), model }), connOptions);
  return attempt(turns, () => turns.ask(text));
}

/** Uses a model, and closes it. */
export async function attempt(caller: Call, use: () => Promise<string>): Promise<Attempt> {
  const answer = await use();
  await caller.end();
  const { failures, dials, opens } = caller;
  return { answer, failures, dials, opens };
}

/** The error that ended it: there is one, and nothing was answered. */
export function lastOf({ answer, failures }: Attempt): Failure {
  assert.equal(answer, '');
  assert.deepEqual(
    failures
      .map(({ recoverable }) => recoverable)
      .slice(-2)
      .filter((each) => !each),
    [false],
  );
  return failures.at(-1)!;
}

/** Every word is in the message. */
export function assertSays({ error: { message } }: Failure, ...words: readonly (string | RegExp)[]): void {
  for (const word of words) {
    const holds = typeof word === 'string' ? message.includes(word) : word.test(message);
    assert.ok(holds, `the error should say ${String(word)}: ${message}`);
  }
}
