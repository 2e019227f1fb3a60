import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { PatchbayError } from '@patchbay/openai';
import type { Call } from '../talk/call.ts';
import type { Conversation } from '../talk/conversation.ts';
import type { Dictation } from '../talk/dictation.ts';
import { until } from '../talk/until.ts';
import { chatOver, conversationOver, dictationOver, key, wordsOf, type Way } from './ways.ts';

/** Of a connection that is cut. */
export const brokenOff = /^the connection broke off without a close frame/;

const phrases = ['Where is the station?', 'Tell me when the last ferry leaves.'] as const;

/** How each of them gets his connections. */
interface Dialling {
  /** How often he dials; where some are refused, how many of them become connections. */
  dials: number;
  /** Why he loses a connection. */
  loss?: RegExp | undefined;
  /** What some dials are told, at least one: how many depends on how fast the machine is. */
  refused?: RegExp | undefined;
}

/** What happens to callers who speak. */
interface Fate extends Dialling {
  /** Before anybody says a word. */
  first?: (calls: readonly Call[]) => Promise<unknown>;
  /** When half of the second phrase is said. */
  midway?: () => unknown;
}

/**
 * One caller dictates and one talks with a model, both at once. Each says something, and then something else. Every
 * word is understood and answered, and nothing is reported as lost, because nothing is.
 */
export async function expectEveryWord(way: Way, { first, midway, ...dialling }: Fate): Promise<string> {
  const calls = [dictationOver(way), conversationOver(way)];
  const each = (act: (call: Dictation | Conversation) => Promise<unknown>): Promise<unknown> =>
    Promise.all(calls.map(act));
  try {
    await each((call) => call.opened(1));
    await first?.(calls);
    await each((call) => call.say(phrases[0], { live: true }));
    await each((call) => call.heard(1));
    let happening: Promise<unknown> | undefined;
    const meanwhile = (): Promise<unknown> => (happening ??= Promise.resolve(midway?.()));
    await each((call) => call.say(phrases[1], { live: true, midway: meanwhile }));
    await each((call) => call.heard(2));
    for (const call of calls) expectWhole(call, phrases);
    return `every word, 0 ms lost; ${expectDials(calls, dialling)}`;
  } finally {
    await each((call) => call.end());
  }
}

/** Somebody on the way goes in the middle of a phrase, is missed by each caller's next dial, and comes back. */
export function expectReturn(
  way: Way,
  { go, come, loss, refused }: Record<'go' | 'come', () => Promise<unknown>> & Record<'loss' | 'refused', RegExp>,
): Promise<string> {
  let calls: readonly Call[] = [];
  const miss = (call: Call): boolean => lossesOf(call).some((words) => refused.test(words));
  return expectEveryWord(way, {
    ...{ dials: 2, loss, refused },
    first: async (all) => (calls = all),
    async midway() {
      await go();
      await until(
        () => calls.every(miss),
        () => `${refused}, instead of which came ${JSON.stringify(calls.map(lossesOf))}`,
      );
      await come();
      await comeBack(calls);
    },
  });
}

/** 20.8 s, of which the plugin keeps 15 for the next connection; letters of the plain voice are 40 ms each. */
const monologue = Array.from({ length: 65 }, (_, index) => `word${String(index).padStart(3, '0')}`).join(' ');
const letterMs = 40;
/** The largest piece in which audio is sent. */
const chunkMs = 100;

/**
 * Nobody answers for six seconds of a monologue. That is too long for all of it to be kept: the end of it is
 * understood, and what is missing before is what was reported, to a letter.
 */
export async function expectHonestLoss(
  way: Way,
  { outage, ...dialling }: Dialling & { outage: () => Promise<unknown> },
): Promise<string> {
  const calls = [dictationOver(way), conversationOver(way)];
  try {
    await Promise.all(calls.map((call) => call.opened(1)));
    let happening: Promise<unknown> | undefined;
    const midway = (): Promise<unknown> => (happening ??= outage());
    await Promise.all(calls.map((call) => call.say(monologue, { live: true, midway })));
    for (const call of calls) {
      const understood = (await call.heard(1)).join(' ');
      const missingMs = (monologue.length - understood.length) * letterMs;
      ok(monologue.endsWith(understood) && understood !== '', understood);
      ok(
        call.droppedMs > 0 && Math.abs(missingMs - call.droppedMs) <= letterMs + chunkMs,
        `${missingMs} ms are missing, and ${call.droppedMs} ms were reported`,
      );
    }
    return `the end of it is understood, and as much was reported as is missing; ${expectDials(calls, dialling)}`;
  } finally {
    await Promise.all(calls.map((call) => call.end()));
  }
}

/** Somebody was cut off, and is on the line again. */
export async function comeBack(calls: readonly Call[]): Promise<void> {
  await Promise.all(calls.map((call) => call.opened(2)));
}

/** A connection that nobody used is gone. */
export async function goneIdle(calls: readonly Call[]): Promise<void> {
  await Promise.all(calls.map((call) => call.closed()));
}

/** Turns of a language model before and after something, which cost nothing either. */
export async function expectEveryTurn(way: Way, { dials, first }: Pick<Fate, 'dials' | 'first'>): Promise<string> {
  const chat = chatOver(way);
  try {
    await chat.ask(phrases[0]);
    await first?.([chat]);
    await chat.ask(phrases[1]);
    expectWhole(chat, phrases);
    equal(chat.dials, dials, 'dials');
    return `every word, ${countOf(dials, 'dial')}`;
  } finally {
    await chat.end();
  }
}

/** Turns and calls go through as if nothing were there. */
export async function expectPassage(way: Way): Promise<string> {
  await expectEveryTurn(way, { dials: 1 });
  return expectEveryWord(way, { dials: 1 });
}

interface Refusal {
  /** What the error says of it. */
  says: RegExp;
  /** Before it is told. */
  dials: number;
  hop?: 'gateway' | undefined;
}

/** Every class is refused; its error says by whom, blames no key, shows none, and is told after so many dials. */
export async function expectRefusal(way: Way, { says, dials, hop }: Refusal): Promise<string> {
  const hasty = { connOptions: { maxRetry: 1 }, ...way };
  const chat = chatOver(hasty);
  const calls: Call[] = [dictationOver(hasty), conversationOver(hasty), chat];
  try {
    equal(await chat.ask(phrases[0]), '');
    const errors = await Promise.all(calls.map((call) => call.failure()));
    for (const error of errors) {
      match(error.message, says);
      doesNotMatch(error.message, /api ?key/i);
      doesNotMatch(error.message, new RegExp(key));
      if (hop !== undefined) equal(PatchbayError.is(error.cause) && error.cause.hop, hop);
    }
    deepEqual(
      calls.map((call) => call.dials),
      calls.map(() => dials),
    );
    // Whoever refused may say a page of HTML.
    return `${countOf(dials, 'dial')} each: ${wordsOf(errors[0]!).replace(/(?<=: )[<{].*[>}](?=\.)/s, '…')}`;
  } finally {
    await Promise.all(calls.map((call) => call.end()));
  }
}

function expectWhole(call: Call, turns: readonly string[]): void {
  const { droppedMs, errors } = call;
  deepEqual(
    { turns: call.turns, droppedMs, errors: errors.map(wordsOf) },
    { turns: [...turns], droppedMs: 0, errors: [] },
  );
}

/** Tells of the dials, and why there was more than one. */
function expectDials(calls: readonly Call[], { dials, loss = /./, refused }: Dialling): string {
  const all = calls.map(lossesOf);
  for (const [at, { dials: dialled, opens }] of calls.entries()) {
    const losses = all[at]!.filter((words) => !refused?.test(words));
    const refusals = all[at]!.length - losses.length;
    deepEqual(
      { dials: dialled, opens, losses: losses.length, refusals: refused ? Math.min(refusals, 1) : 0 },
      { dials: dials + refusals, opens: dials, losses: dials - 1, refusals: refused ? 1 : 0 },
      `expected ${dials} connections, got ${opens} of ${dialled} dials, because of ${JSON.stringify(all[at])}`,
    );
    for (const words of losses) match(words, loss);
  }
  const told = all.flat().filter((words) => !refused?.test(words));
  const vain = all.flat().flatMap((words) => refused?.exec(words)?.[0] ?? []);
  return [
    countOf(dials, refused ? 'connection' : 'dial'),
    ...new Set(told),
    ...[...new Set(vain)].map((words) => `dials in between, at least 1: ${words}`),
  ].join('; ');
}

/** Why connections were lost, and dials in between were: told by us while we try again, and by LiveKit when it does. */
function lossesOf({ losses, failures }: Call): string[] {
  const retried = failures.flatMap(({ recoverable, cause }) => (recoverable && cause) || []);
  return [...new Set([...losses, ...retried])].map(wordsOf);
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
