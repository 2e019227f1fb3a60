import type { Suite } from '../expectation.ts';
import { completes, echoes, ends, fails, httpOnly, recovers, refusals, refusedWith, turnsOnly } from './say.ts';

/**
 * Nobody above retries: the session does, five times with growing pauses (0.25, 0.75, 2.25, 6.75 and 8 s at the most), tells of each,
 * and gives up with one final error.
 */
const sixTimes = fails('APIConnectionError', { retryable: true, dials: 6, recoverable: 5, withinMs: [9_000, 18_000] });
/** Ten seconds each; a socket that opened and lived as long as that is replaced at once. */
const timedOut = { ...sixTimes, error: 'APITimeoutError', withinMs: [60_000, 78_000] } as const;
/** What was being said is over, what happened is told, and the same session goes on. */
const reconnects = recovers({
  delivers: ['all', 'part', 'nothing'],
  recoverable: 1,
  tells: ['open', 'reconnecting', 'open'],
  withinMs: 45_000,
});
const fatal = fails('APIConnectionError', { retryable: false, delivers: ['part', 'nothing'], withinMs: 10_000 });
const broken = {
  ...reconnects,
  outcome: ['recovers', 'fails'],
  error: 'APIConnectionError',
  dials: [1, 3],
  recoverable: [0, 2],
  tells: [],
} as const;
const mended = completes({ withinMs: 12_000 });
/** The service keeps the session; so do we. */
const kept = {
  ...reconnects,
  outcome: ['completes', 'recovers'],
  dials: [1, 2],
  tells: [],
  recoverable: [0, 2],
} as const;

/** A phrase waits for fifteen seconds, and is said again: what is older is told as dropped. See phrase.ts, which counts. */
const cutShort = { ...reconnects, dials: [3, 8], recoverable: [1, 6], withinMs: 75_000, delivers: 'all' } as const;

/** Sessions that listen and speak. */
export const realtimeSocket: Suite = {
  ...refusals,
  ...echoes,
  ...httpOnly,
  ...turnsOnly,
  'dns-failure': sixTimes,
  refused: sixTimes,
  'refused-once': recovers({ recoverable: 1, delivers: 'all', withinMs: 12_000 }),
  'reset-handshake': sixTimes,
  'never-answer': timedOut,
  'answer-late': completes({ withinMs: [5_000, 17_000] }),
  'tls-self-signed': fails('APIConnectionError', { retryable: false }),
  'tls-expired': fails('APIConnectionError', { retryable: false }),
  'tls-wrong-host': fails('APIConnectionError', { retryable: false }),
  'proxy-407': refusedWith(407),
  'proxy-502': { ...sixTimes, error: 'APIStatusError', statusCode: 502 },
  'bad-accept': fails('APIConnectionError', { retryable: false }),
  'status-401': refusedWith(401),
  'status-403': refusedWith(403),
  'status-404': refusedWith(404),
  'status-429': recovers({ recoverable: 1, delivers: 'all', withinMs: [1_000, 12_000] }),
  'status-429-long': fails('APIStatusError', { statusCode: 429 }),
  'status-500': { ...sixTimes, error: 'APIStatusError', statusCode: 500 },
  'status-503-once': recovers({ recoverable: 1, delivers: 'all', withinMs: 12_000 }),
  'html-502': { ...sixTimes, error: 'APIStatusError', statusCode: 502 },
  redirect: refusedWith(302),

  silence: timedOut,
  deaf: timedOut,
  'close-at-once': fails('APIConnectionError', {
    dials: 6,
    recoverable: 5,
    withinMs: [9_000, 18_000],
    note: 'a short life gives no attempt back, and does not shorten the next wait',
  }),
  'close-1008-at-once': fatal,
  'error-after-open': {
    ...sixTimes,
    error: ['APIStatusError', 'APIConnectionError'],
    retryable: undefined,
    dials: [3, 6],
    recoverable: [2, 12],
    withinMs: 18_000,
  },
  'fatal-after-open': { ...fatal, error: ['APIStatusError', 'APIConnectionError'], recoverable: [0, 1] },
  'lose-first-event': mended,
  'close-before-first-event': { ...reconnects, delivers: 'all', tells: ['open', 'reconnecting', 'open'] },

  'stall-begun': reconnects,
  'stall-output': reconnects,
  'mute-begun': reconnects,
  'mute-output': reconnects,
  'drop-begun': reconnects,
  'drop-output': reconnects,
  'end-begun': reconnects,
  'end-output': reconnects,
  'close-1000': reconnects,
  'close-1001': reconnects,
  'close-1005': reconnects,
  'close-1011': reconnects,
  'close-1012': reconnects,
  'close-1013': reconnects,
  'close-1008': fatal,
  'close-4000': fatal,
  'close-1002': fatal,
  'close-1009': fatal,
  expire: { ...reconnects, recoverable: [0, 1], tells: ['open', 'open'] },
  'slow-drip': completes({ withinMs: 120_000 }),
  'stop-reading': { ...reconnects, recoverable: [0, 3], withinMs: 90_000, tells: ['open', 'open'] },
  freeze: completes({ withinMs: [8_000, 25_000] }),

  'malformed-json': mended,
  'json-null': mended,
  'json-number': mended,
  'json-array': mended,
  'no-type': mended,
  'unknown-event': mended,
  'null-fields': mended,
  'null-error': kept,
  'binary-frame': mended,
  'bad-frame': broken,
  'invalid-utf8': broken,
  'huge-frame': { ...fatal, retryable: false },
  'deflated-frame': broken,
  fragments: mended,
  duplicate: mended,
  reorder: mended,
  orphan: mended,
  'prototype-keys': mended,
  'rate-limit': kept,
  'server-error': kept,
  'fatal-error': {
    ...fatal,
    outcome: ['fails', 'recovers'],
    error: 'APIStatusError',
    delivers: ['all', 'part', 'nothing'],
    dials: [1, 2],
    note: 'the service keeps a Realtime session whose event it refuses',
  },

  'service-clock-jump': mended,
  'service-block': mended,
  'clock-jump': mended,
  'event-loop-stall': { ...kept, withinMs: 60_000 },
  suspend: { ...kept, withinMs: 660_000 },

  'abort-while-connecting': ends(),
  'close-while-connecting': ends(),
  'close-in-the-middle': ends({ delivers: ['part', 'nothing'] }),
  'double-close': mended,
  'barge-in': ends(),
  'sibling-fails': { ...reconnects, dials: 3, withinMs: 45_000 },
  'sibling-dials': { ...reconnects, dials: 3, withinMs: 45_000 },
  'slow-consumer': completes({ withinMs: 80_000 }),
  'audio-during-outage': {
    ...reconnects,
    dials: [3, 8],
    recoverable: [1, 6],
    withinMs: 50_000,
    droppedMs: [500, 10_000],
    note: 'audio older than two seconds is dropped, and told',
  },
  'phrase-outage-3': { ...cutShort, droppedMs: 0 },
  'phrase-outage-6': { ...cutShort, droppedMs: 0 },
  'phrase-outage-12': { ...cutShort, delivers: ['all', 'part'], droppedMs: [0, 10_000] },
  'phrase-over': { ...cutShort, delivers: ['all', 'part'], droppedMs: [0, 25_000] },
  'first-event-after-reconnect': {
    ...reconnects,
    outcome: ['completes', 'recovers'],
    delivers: 'all',
    tells: ['open', 'open'],
  },
  'view-frames': mended,
  'no-error-listener': ends({ withinMs: 125_000, delivers: 'nothing' }),
  'long-call': completes({ dials: [1, 3], withinMs: 900_000 }),
  printed: mended,
  'echoed-key': refusedWith(401),
  'echoed-close': fatal,
};
