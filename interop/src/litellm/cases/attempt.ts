import assert from 'node:assert/strict';
import { LLM, STT, responses } from '@patchbay/openai';
import { ask, dialsOf, failuresOf, saying, transcribe, until, type Failure } from '../../talk.ts';
import { through, type GatewayOptions, type Place } from '../world.ts';
import { Call } from './call.ts';

/** What came of one turn. */
export interface Attempt {
  /** Empty where there was none. */
  answer: string;
  failures: Failure[];
  dials: { tried: number; opened: number };
}

/** Two retries, and none of their waits. */
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
  const call = new Call(place, { model, connOptions });
  const { failures, dials } = call;
  await call.say('hello proxy');
  await until(() => call.replies > 0 || failures.some(({ recoverable }) => !recoverable), 'a reply, or a last error');
  const answer = call.replies > 0 ? await call.reply() : '';
  await call.end();
  return { answer, failures, dials };
}

/** The same is written down, on a realtime socket. */
export async function listen(
  place: Place,
  { model = 'gpt-4o-mini-transcribe', modelIn, gateway, connOptions = thrice }: AttemptOptions = {},
): Promise<Attempt> {
  const turnDetection = { type: 'server_vad' } as const;
  const stt = new STT({ ...through(place, gateway), model, turnDetection, ...(modelIn ? { modelIn } : {}) });
  return attempt(stt, () => transcribe(stt, 'hello proxy', { connOptions }));
}

/** A question over the Responses API, on a socket or in a request. */
export async function respond(
  place: Place,
  { model = 'gpt-5-mini', connOptions = thrice, useWebSocket = true }: AttemptOptions & { useWebSocket?: boolean } = {},
): Promise<Attempt> {
  const llm = new responses.LLM({ ...through(place), model, useWebSocket });
  return attempt(llm, () => ask(llm, saying('hello proxy'), connOptions));
}

/** The same as chat completions. */
export async function chat(
  place: Place,
  { model = 'gpt-5-mini', connOptions = thrice, text = 'hello proxy' }: AttemptOptions & { text?: string } = {},
): Promise<Attempt> {
  const llm = new LLM({ ...through(place), model });
  return attempt(llm, () => ask(llm, saying(text), connOptions));
}

type Closing = Parameters<typeof failuresOf>[0] & ({ close(): Promise<void> } | { aclose(): Promise<void> });

/** Uses a model, listens to what it tells, and closes it. */
export async function attempt(model: Closing, use: () => Promise<string>): Promise<Attempt> {
  const failures = failuresOf(model);
  const dials = dialsOf(model);
  const answer = await use();
  await ('aclose' in model ? model.aclose() : model.close());
  return { answer, failures, dials };
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
export function assertSays({ message }: Failure, ...words: readonly (string | RegExp)[]): void {
  for (const word of words) {
    const holds = typeof word === 'string' ? message.includes(word) : word.test(message);
    assert.ok(holds, `the error should say ${String(word)}: ${message}`);
  }
}
