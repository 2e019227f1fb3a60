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

const { outcome: _outcome, ...again } = {
  ...fails('APIConnectionError'),
  retryable: true,
  dials: 4,
  recoverable: 3,
  withinMs: [livekitWaitsMs, 6_000] as const,
};
/** Retryable, every time: LiveKit's four attempts, and an error. */
const fourTimes = { outcome: 'fails', ...again } as const;
const timedOut = { ...fourTimes, error: 'APITimeoutError', withinMs: fourTimeouts } as const;
/** Once something was said, a second attempt would say it again. */
const halfSaid = fails('APIConnectionError', { retryable: false, delivers: 'part', recoverable: 0 });
const late = { withinMs: [9_900, 13_000] } as const;
const once = recovers({ recoverable: 1 });
/** The peer broke the protocol: one error, or another attempt; never the end of the process. */
const broken = {
  ...fails('APIConnectionError'),
  outcome: ['fails', 'recovers'],
  delivers: ['nothing', 'all'],
  dials: [1, 4],
  withinMs: 8_000,
} as const;

const base: Suite = {
  ...refusals,
  ...echoes,
  'dns-failure': fourTimes,
  refused: fourTimes,
  'refused-once': once,
  'reset-handshake': fourTimes,
  'never-answer': timedOut,
  'answer-late': completes({ withinMs: [5_000, 7_000] }),
  'tls-self-signed': fails('APIConnectionError', { retryable: false }),
  'tls-expired': fails('APIConnectionError', { retryable: false }),
  'tls-wrong-host': fails('APIConnectionError', { retryable: false }),
  'proxy-407': refusedWith(407),
  'proxy-502': { ...fourTimes, error: 'APIStatusError', statusCode: 502 },

  'status-401': refusedWith(401),
  'status-403': refusedWith(403),
  'status-404': refusedWith(404),
  'status-429': recovers({ recoverable: 1, withinMs: [1_000, 4_000] }),
  'status-429-long': fails('APIStatusError', { statusCode: 429, withinMs: 1_000 }),
  'status-500': { ...fourTimes, error: 'APIStatusError', statusCode: 500 },
  'status-503-once': once,
  'html-502': { ...fourTimes, error: 'APIStatusError', statusCode: 502 },
  redirect: refusedWith(302),

  'drop-begun': once,
  'drop-output': halfSaid,
  'end-begun': once,
  'end-output': halfSaid,
  'stall-begun': recovers({ recoverable: 1, ...late }),
  'stall-output': { ...halfSaid, error: 'APITimeoutError', ...late },
  'slow-drip': completes({ withinMs: 60_000 }),
  freeze: completes({ withinMs: [8_000, 10_000] }),

  'malformed-json': completes(),
  'json-null': completes(),
  'json-number': completes(),
  'json-array': completes(),
  'no-type': completes(),
  'unknown-event': completes(),
  'null-fields': completes(),
  'null-error': {
    ...once,
    dials: [1, 2],
    outcome: ['recovers', 'fails'],
    delivers: ['all', 'nothing'],
    recoverable: [0, 1],
  },
  'bad-frame': broken,
  'invalid-utf8': broken,
  'huge-frame': { ...fails('APIConnectionError'), retryable: false },
  fragments: completes(),
  duplicate: completes(),
  reorder: completes(),
  orphan: completes(),
  'prototype-keys': completes(),
  'rate-limit': recovers({ dials: [1, 2], recoverable: 1, withinMs: 25_000 }),
  'server-error': recovers({ dials: [1, 2], recoverable: 1 }),
  'fatal-error': { ...fails('APIStatusError'), retryable: false },

  'service-clock-jump': completes(),
  'service-block': completes(),
  'clock-jump': completes(),
  'event-loop-stall': completes({ withinMs: 25_000 }),
  suspend: completes({ withinMs: 605_000 }),

  'abort-while-connecting': ends(),
  'close-while-connecting': ends(),
  'close-in-the-middle': ends(),
  'double-close': completes(),
  'barge-in': ends({ dials: [1, 2] }),
  'sibling-fails': { ...halfSaid, dials: 2, delivers: 'part' },
  'sibling-dials': { ...once, dials: 3 },
  'slow-consumer': completes({ withinMs: 65_000 }),
  'audio-during-outage': na('no audio goes to a language model'),
  ...noPhrases('no audio goes to a language model'),
  'view-frames': na('no audio goes to a language model'),
  'first-event-after-reconnect': completes({ dials: 2 }),
  'no-error-listener': ends(),
  'long-call': completes({ dials: [1, 40], withinMs: 120_000 }),
  printed: completes(),
  'echoed-key': refusedWith(401),
};

/** Language models that are asked over a pooled socket. */
export const llmSocket: Suite = {
  ...base,
  ...turnsOnly,
  ...httpOnly,
  'bad-accept': fails('APIConnectionError', { retryable: false }),
  silence: timedOut,
  deaf: timedOut,
  'close-at-once': fourTimes,
  'close-1008-at-once': fails('APIConnectionError', { retryable: false }),
  'error-after-open': { ...fourTimes, error: ['APIStatusError', 'APIConnectionError'] },
  'fatal-after-open': { ...fails('APIStatusError'), error: ['APIStatusError', 'APIConnectionError'], retryable: false },
  'lose-first-event': completes(),
  'close-before-first-event': once,
  'mute-begun': recovers({ recoverable: 1, ...late }),
  'mute-output': { ...halfSaid, error: 'APITimeoutError', ...late },
  'close-1000': once,
  'close-1001': once,
  'close-1005': once,
  'close-1011': halfSaid,
  'close-1012': once,
  'close-1013': once,
  'close-1008': fails('APIConnectionError', { retryable: false }),
  'close-4000': fails('APIConnectionError', { retryable: false }),
  'close-1002': fails('APIConnectionError', { retryable: false }),
  'close-1009': fails('APIConnectionError', { retryable: false }),
  expire: recovers({ dials: 2 }),
  'stop-reading': recovers({ dials: [2, 3], recoverable: 1, withinMs: [9_900, 30_000] }),
  'binary-frame': completes(),
  'deflated-frame': broken,
  'echoed-close': fails('APIConnectionError', { retryable: false }),
};

/** Language models that are asked over HTTP. */
export const llmHttp: Suite = {
  ...base,
  ...turnsOnly,
  ...socketOnly,
  'html-200': { ...fails('APIConnectionError'), dials: [1, 4], withinMs: 6_000 },
  'empty-body': fourTimes,
  'invalid-utf8': completes({ note: 'HTTP bodies are decoded with replacements: an event that makes no sense' }),
  'huge-frame': {
    ...fails('APIConnectionError'),
    outcome: ['fails', 'completes'],
    delivers: ['nothing', 'all'],
    retryable: false,
    note: 'HTTP bounds no event; what matters is that nothing breaks and nothing grows',
  },
};
