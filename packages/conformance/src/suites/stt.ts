import type { Suite } from '../expectation.ts';
import {
  completes,
  echoes,
  ends,
  fails,
  fourTimeouts,
  httpOnly,
  livekitWaitsMs,
  na,
  noPhrases,
  recovers,
  refusals,
  refusedWith,
  socketOnly,
  turnsOnly,
} from './say.ts';

/** Until a socket has proved healthy, LiveKit's four attempts. It hears of the last one only. */
const fourTimes = fails('APIConnectionError', { retryable: true, dials: 4, withinMs: [livekitWaitsMs, 7_000] });
const timedOut = { ...fourTimes, error: 'APITimeoutError', withinMs: fourTimeouts } as const;
/** Another socket, and not a word is lost: what the last one had not answered is said to it again. */
const reconnects = recovers({ tells: ['open', 'reconnecting', 'open'], withinMs: 10_000 });
const late = { withinMs: [9_000, 45_000] } as const;
const fatal = fails('APIConnectionError', { retryable: false, withinMs: 5_000 });
const broken = {
  ...reconnects,
  outcome: ['recovers', 'fails'],
  error: 'APIConnectionError',
  dials: [1, 4],
  delivers: ['all', 'nothing'],
  tells: [],
} as const;
const mended = completes({ withinMs: 8_000 });

/** Speech waits for fifteen seconds, and is said again: what is older is told as dropped. See phrase.ts, which counts. */
const cutShort = { ...reconnects, dials: [3, 8], withinMs: 75_000, delivers: 'all' } as const;
const phrases: Suite = {
  'phrase-outage-3': { ...cutShort, droppedMs: 0 },
  'phrase-outage-6': { ...cutShort, droppedMs: 0 },
  'phrase-outage-12': { ...cutShort, delivers: ['all', 'part'], droppedMs: [0, 10_000] },
  'phrase-over': { ...cutShort, delivers: ['all', 'part'], droppedMs: [0, 25_000] },
};

const base: Suite = {
  ...refusals,
  ...echoes,
  ...turnsOnly,
  'dns-failure': fourTimes,
  refused: fourTimes,
  'refused-once': recovers({ withinMs: 8_000 }),
  'reset-handshake': fourTimes,
  'never-answer': timedOut,
  'answer-late': completes({ withinMs: [5_000, 10_000] }),
  'tls-self-signed': fails('APIConnectionError', { retryable: false }),
  'tls-expired': fails('APIConnectionError', { retryable: false }),
  'tls-wrong-host': fails('APIConnectionError', { retryable: false }),
  'proxy-407': refusedWith(407),
  'proxy-502': { ...fourTimes, error: 'APIStatusError', statusCode: 502 },

  'status-401': refusedWith(401),
  // It may be about what was asked for unasked: asked once more without.
  'status-403': { ...refusedWith(403), dials: [1, 2] },
  'status-404': refusedWith(404),
  'status-429': recovers({ withinMs: [1_000, 8_000] }),
  'status-429-long': fails('APIStatusError', { statusCode: 429, withinMs: 1_000 }),
  'status-500': { ...fourTimes, error: 'APIStatusError', statusCode: 500 },
  'status-503-once': recovers({ withinMs: 8_000 }),
  'html-502': { ...fourTimes, error: 'APIStatusError', statusCode: 502 },
  redirect: refusedWith(302),

  'service-clock-jump': mended,
  'service-block': mended,
  'clock-jump': mended,

  'abort-while-connecting': ends(),
  'close-while-connecting': ends(),
  'double-close': mended,
  'slow-consumer': na('transcripts are small and few'),
  'view-frames': mended,
  'no-error-listener': ends(),
  'long-call': completes({ dials: [1, 40], withinMs: 400_000 }),
  printed: mended,
  'echoed-key': refusedWith(401),
};

/** Speech to text over a socket that lasts as long as the call. */
export const sttSocket: Suite = {
  ...base,
  ...httpOnly,
  'bad-accept': fails('APIConnectionError', { retryable: false }),
  silence: timedOut,
  deaf: timedOut,
  'close-at-once': { ...fourTimes, dials: [3, 4], retryable: undefined },
  // So may this.
  'close-1008-at-once': { ...fatal, dials: [1, 2] },
  'status-403': refusedWith(403),
  'error-after-open': {
    ...fourTimes,
    error: ['APIStatusError', 'APIConnectionError'],
    dials: [3, 4],
    retryable: undefined,
  },
  'fatal-after-open': { ...fatal, error: ['APIStatusError', 'APIConnectionError'] },
  'lose-first-event': mended,
  'close-before-first-event': recovers({ withinMs: 8_000 }),

  'stall-begun': { ...reconnects, ...late },
  'stall-output': { ...reconnects, ...late },
  'mute-begun': { ...reconnects, ...late },
  'mute-output': { ...reconnects, ...late },
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
  expire: { ...reconnects, tells: ['open', 'open'] },
  'slow-drip': completes({ withinMs: 20_000 }),
  'stop-reading': { ...reconnects, withinMs: 90_000, delivers: ['all', 'part', 'nothing'], droppedMs: [0, 60_000] },
  freeze: completes({ withinMs: [8_000, 15_000] }),

  'malformed-json': mended,
  'json-null': mended,
  'json-number': mended,
  'json-array': mended,
  'no-type': mended,
  'unknown-event': mended,
  'null-fields': mended,
  'null-error': { ...reconnects, outcome: ['completes', 'recovers'], dials: [1, 2], tells: [] },
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
  'rate-limit': { ...reconnects, outcome: ['completes', 'recovers'], dials: [1, 2], tells: [], withinMs: 30_000 },
  'server-error': { ...reconnects, outcome: ['completes', 'recovers'], dials: [1, 2], tells: [] },
  'fatal-error': { ...fatal, error: 'APIStatusError' },

  'event-loop-stall': { ...reconnects, outcome: ['completes', 'recovers'], dials: [1, 2], tells: [], withinMs: 40_000 },
  suspend: { ...reconnects, outcome: ['completes', 'recovers'], dials: [1, 2], tells: [], withinMs: 640_000 },
  'close-in-the-middle': ends(),
  'barge-in': na('a caller who interrupts is what it listens for'),
  'sibling-fails': { ...reconnects, dials: 3 },
  'sibling-dials': { ...reconnects, dials: 3 },
  'audio-during-outage': {
    ...reconnects,
    dials: [3, 8],
    withinMs: 20_000,
    delivers: 'all',
    droppedMs: [0, 6_000],
    note: 'speech waits for fifteen seconds; silence older than two is dropped, and told',
  },
  ...phrases,
  'first-event-after-reconnect': { ...reconnects, outcome: ['completes', 'recovers'], tells: ['open', 'open'] },
  'echoed-close': fatal,
};

/** A whole piece of speech in one request. */
export const sttHttp: Suite = {
  ...base,
  ...socketOnly,
  'html-200': { ...fails('APIConnectionError'), dials: [1, 4], withinMs: 6_000 },
  'empty-body': { ...fails('APIConnectionError'), dials: [1, 4], withinMs: 6_000 },
  'drop-begun': recovers(),
  'drop-output': na('the answer is one piece: see drop-begun'),
  'end-begun': recovers(),
  'end-output': na('the answer is one piece: see end-begun'),
  'never-answer': { ...timedOut, withinMs: [124_000, 126_000], note: 'a request gets 30 s' },
  'stall-begun': recovers({ withinMs: [29_900, 33_000], note: 'a request gets 30 s' }),
  'stall-output': na('the answer is one piece: see stall-begun'),
  'slow-drip': completes({ withinMs: 20_000 }),
  freeze: completes({ withinMs: [8_000, 10_000] }),
  ...Object.fromEntries(
    ['malformed-json', 'json-null', 'json-number', 'json-array'].map((id) => [
      id,
      na('the answer is one JSON document: what else comes is html-200 and empty-body'),
    ]),
  ),
  ...Object.fromEntries(
    [
      'no-type',
      'unknown-event',
      'null-error',
      'orphan',
      'rate-limit',
      'server-error',
      'fatal-error',
      'echoed-error',
      'duplicate',
      'reorder',
    ].map((id) => [id, na('the answer is one JSON document, without events')]),
  ),
  'prototype-keys': na('the answer is one JSON document, without events'),
  'null-fields': completes(),
  'bad-frame': recovers({ outcome: ['recovers', 'fails'], dials: [1, 4], delivers: ['all', 'nothing'] }),
  'invalid-utf8': na('HTTP bodies are decoded with replacements, and words are words'),
  'huge-frame': fails('APIConnectionError', { retryable: false }),
  fragments: completes(),
  'event-loop-stall': na('nothing is heard before it is over: see freeze'),
  suspend: na('nothing is heard before it is over: see freeze'),
  'close-in-the-middle': na('nothing is heard before it is over: see close-while-connecting'),
  'barge-in': na('nothing is heard before it is over: see abort-while-connecting'),
  'clock-jump': na('nothing is heard before it is over: see service-clock-jump'),
  'sibling-fails': na('the answer is one piece; each request has a connection of its own'),
  'sibling-dials': na('the answer is one piece; each request has a connection of its own'),
  'audio-during-outage': na('each request carries its own speech'),
  ...noPhrases('each request carries its own speech'),
  'first-event-after-reconnect': na('each request is complete in itself'),
};
