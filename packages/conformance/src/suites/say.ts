import type { ErrorClass, Expectation, NotApplicable } from '../expectation.ts';

type More = Partial<Expectation>;

/** Nobody notices. */
export function completes(more: More = {}): Expectation {
  return { outcome: 'completes', dials: 1, withinMs: 5_000, delivers: 'all', recoverable: 0, ...more };
}

/** It goes on; `delivers` says how much of the turn in which it happened was heard. */
export function recovers(more: More = {}): Expectation {
  return { outcome: 'recovers', dials: 2, withinMs: 5_000, delivers: 'all', ...more };
}

/** One final error. */
export function fails(error: ErrorClass, more: More = {}): Expectation {
  return { outcome: 'fails', error, dials: 1, withinMs: 1_000, delivers: 'nothing', ...more };
}

/** Trying again would not help: once, and no other dial. */
export function refusedWith(statusCode: number, more: More = {}): Expectation {
  return fails('APIStatusError', { statusCode, retryable: false, ...more });
}

/** The caller's own doing. */
export function ends(more: More = {}): Expectation {
  return { outcome: 'ends', dials: 1, withinMs: 40_000, recoverable: 0, ...more };
}

/** Not even constructed, and nothing was dialled. */
export function refusedAtOnce(): Expectation {
  return { outcome: 'refused', error: 'PatchbayError', retryable: false, dials: 0, withinMs: 0 };
}

export function na(reason: string): NotApplicable {
  return { na: reason };
}

/** What constructors refuse, whatever the interface. */
export const refusals: Readonly<Record<string, Expectation>> = {
  'header-injection': refusedAtOnce(),
  'header-value-injection': refusedAtOnce(),
  'userinfo-url': refusedAtOnce(),
  plaintext: refusedAtOnce(),
  'foreign-scheme': refusedAtOnce(),
};

/** What repeats the secrets; what else comes of it is said elsewhere. */
export const echoes: Readonly<Record<string, Expectation>> = {
  'echoed-html': refusedWith(401),
  'echoed-escapes': refusedWith(401),
  'echoed-long': refusedWith(401, { dials: 4, withinMs: 20_000 }),
  'echoed-proxy': { outcome: 'fails', retryable: false, dials: [0, 4], withinMs: 5_000 },
  'echoed-request-id': { outcome: ['completes', 'recovers'], dials: [1, 2], withinMs: 20_000 },
  'echoed-error': { outcome: ['completes', 'recovers', 'fails'], dials: [1, 4], withinMs: 60_000 },
  'echoed-close-cut': { outcome: ['recovers', 'fails'], dials: [4, 8], withinMs: 60_000 },
};

/** What cannot occur in an answer over HTTP. */
export const socketOnly: Readonly<Record<string, NotApplicable>> = Object.fromEntries(
  [
    ['bad-accept', 'an HTTP answer has no Sec-WebSocket-Accept'],
    ['silence', 'HTTP answers are not accepted before they are given: see never-answer'],
    ['deaf', 'HTTP has no pings'],
    ['close-at-once', 'HTTP has no close codes: see empty-body'],
    ['close-1008-at-once', 'HTTP has no close codes: see status-403'],
    ['error-after-open', 'HTTP answers an error by its status: see status-500'],
    ['fatal-after-open', 'HTTP answers an error by its status: see status-401'],
    ['lose-first-event', 'a body arrives in order or not at all'],
    ['close-before-first-event', 'HTTP has no close codes: see empty-body'],
    ['mute-begun', 'HTTP has no pings: see stall-begun'],
    ['mute-output', 'HTTP has no pings: see stall-output'],
    ...[1000, 1001, 1002, 1005, 1008, 1009, 1011, 1012, 1013, 4000].map((code) => [
      `close-${code}`,
      'HTTP has no close codes: see end-begun and end-output',
    ]),
    ['echoed-close', 'HTTP has no close reasons: see echoed-key'],
    ['echoed-close-cut', 'HTTP has no close reasons: see echoed-long'],
    ['expire', 'a request is no session'],
    ['stop-reading', 'a request is read before it is answered: see never-answer'],
    ['binary-frame', 'HTTP has no frames'],
    ['deflated-frame', 'HTTP has no frames; no encoding is asked for'],
  ].map(([id, reason]) => [id as string, na(reason as string)]),
);

/** What concerns speech that is asked for turn by turn over a socket. */
export const turnsOnly: Readonly<Record<string, NotApplicable>> = Object.fromEntries(
  ['cancel-race', 'zombie-audio', 'turn-fails', 'cap-reached'].map((id) => [
    id,
    na('no turns of speech are asked for on a socket that outlives them'),
  ]),
);

/** What happens to a caller in the middle of a phrase. */
export const phraseRows: readonly string[] = ['phrase-outage-3', 'phrase-outage-6', 'phrase-outage-12', 'phrase-over'];

export function noPhrases(reason: string): Readonly<Record<string, NotApplicable>> {
  return Object.fromEntries(phraseRows.map((id) => [id, na(reason)]));
}

/** What cannot occur on a socket. */
export const httpOnly: Readonly<Record<string, NotApplicable>> = {
  'echoed-request-id': na('the id of an upgrade is told with errors alone: see echoed-close'),
  'html-200': na('an upgrade that is answered with 200 is a refusal: see html-502'),
  'empty-body': na('an upgrade that is answered with 200 is a refusal: see html-502'),
};

/** The waits of LiveKit between four attempts: 100 ms, then two seconds each. */
export const livekitWaitsMs = 4_100;
/** Four attempts of ten seconds each, and the waits. */
export const fourTimeouts: readonly [number, number] = [44_000, 46_000];
