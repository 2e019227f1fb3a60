import type { Suite } from '../expectation.ts';
import { completes, ends, fails, na, recovers, refusals, refusedWith, socketOnly } from './say.ts';
import { livekitWaitsMs, fourTimeouts } from './say.ts';

/** LiveKit's four attempts; it hears of the last one only. */
const fourTimes = fails('APIConnectionError', { retryable: true, dials: 4, withinMs: [livekitWaitsMs, 6_000] });
const timedOut = { ...fourTimes, error: 'APITimeoutError', withinMs: fourTimeouts } as const;
/** Once something was heard, a second attempt would say it again. */
const halfSaid = fails('APIConnectionError', { retryable: false, delivers: 'part' });
const late = { withinMs: [9_900, 14_000] } as const;
const broken = {
  ...fails('APIConnectionError'),
  outcome: ['fails', 'recovers'],
  delivers: ['nothing', 'all'],
  dials: [1, 4],
  withinMs: 8_000,
} as const;

/** Text to speech by requests. */
export const ttsHttp: Suite = {
  ...refusals,
  ...socketOnly,
  'dns-failure': fourTimes,
  refused: fourTimes,
  'refused-once': recovers(),
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
  'status-429': recovers({ withinMs: [1_000, 4_000] }),
  'status-429-long': fails('APIStatusError', { statusCode: 429 }),
  'status-500': { ...fourTimes, error: 'APIStatusError', statusCode: 500 },
  'status-503-once': recovers(),
  'html-502': { ...fourTimes, error: 'APIStatusError', statusCode: 502 },
  'html-200': { ...fails('APIConnectionError'), dials: [1, 4], withinMs: 6_000 },
  'empty-body': { ...fails('APIConnectionError'), dials: [1, 4], withinMs: 6_000 },
  redirect: refusedWith(302),

  'drop-begun': recovers(),
  'drop-output': halfSaid,
  'end-begun': recovers(),
  'end-output': halfSaid,
  'stall-begun': recovers(late),
  'stall-output': { ...halfSaid, error: 'APITimeoutError', ...late },
  'slow-drip': completes({ withinMs: 120_000 }),
  freeze: completes({ withinMs: [8_000, 11_000] }),

  'malformed-json': completes(),
  'json-null': completes(),
  'json-number': completes(),
  'json-array': completes(),
  'no-type': completes(),
  'unknown-event': completes(),
  'null-fields': completes(),
  'null-error': { ...recovers(), outcome: ['recovers', 'fails'], dials: [1, 2], delivers: ['all', 'nothing'] },
  'bad-frame': broken,
  'invalid-utf8': completes({ note: 'HTTP bodies are decoded with replacements: an event that makes no sense' }),
  'huge-frame': {
    ...fails('APIConnectionError'),
    outcome: ['fails', 'completes'],
    delivers: ['nothing', 'all'],
    note: 'HTTP bounds no event; what matters is that nothing breaks and nothing grows',
  },
  fragments: completes(),
  duplicate: completes(),
  reorder: na('pieces of a body come in order'),
  orphan: completes(),
  'prototype-keys': completes(),
  'rate-limit': recovers({ withinMs: 25_000 }),
  'server-error': recovers(),
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
  'sibling-fails': { ...halfSaid, dials: 2 },
  'slow-consumer': completes({ withinMs: 65_000 }),
  'audio-during-outage': na('no audio goes to a voice'),
  'view-frames': na('no audio goes to a voice'),
  'first-event-after-reconnect': completes({ dials: 2 }),
  'no-error-listener': ends(),
  'long-call': completes({ dials: [1, 40], withinMs: 400_000 }),
  printed: completes(),
  'echoed-key': refusedWith(401),
};
