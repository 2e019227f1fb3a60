import type { Subject, Where } from '@patchbay/conformance';
import { STT, STTv2, TTS, TTSv2 } from '../../index.ts';

/** What the plain voice speaks with: it is no sound that could be resampled. */
const sampleRate = 24_000;

/** `/v2/listen` refuses the queries that it does not know; a label is one that it does. */
function labelled({ query, ...where }: Where): Omit<Where, 'query'> & { query: Record<string, string> } {
  return { ...where, query: { tag: query.token! } };
}

/** A service that says nothing until it is spoken to is found out by what it owes then. */
const slowly = { withinMs: [44_000, 50_000], note: 'nothing is owed before somebody has spoken' } as const;

/** Speech is said again for fifteen seconds. */
const tooLate = {
  outcome: 'recovers',
  dials: 2,
  delivers: ['all', 'part', 'nothing'],
  droppedMs: [1, 2_000],
  note: 'the service closes a line after ten seconds without a word of ours; what was said before is told as dropped',
} as const;

/** What the service has to say beside audio is warnings; what ends a socket is told by its close. */
const warned = {
  outcome: 'completes',
  dials: 1,
  withinMs: 5_000,
  delivers: 'all',
  recoverable: 0,
  note: 'a warning is about a message of the client, and the speech goes on',
} as const;

/** Every class of this plugin. */
export const subjects: readonly Subject[] = [
  {
    name: 'deepgram.STT',
    kind: 'stt',
    transport: 'websocket',
    // What is said is short: it is heard to begin, and then told once.
    points: { begun: ['SpeechStarted'], output: ['SpeechStarted'], last: ['Results'] },
    differs: {
      silence: slowly,
      deaf: slowly,
      'event-loop-stall': tooLate,
      suspend: tooLate,
    },
    na: {
      'fatal-error': 'an error event is about a message of the client, and the stream goes on; the end is told by a close',
    },
    create: (where) => new STT({ ...where, sampleRate }),
  },
  {
    name: 'deepgram.STT',
    kind: 'recognition',
    transport: 'http',
    points: { begun: [0], output: [1], last: [1] },
    create: (where) => new STT({ ...where, sampleRate }),
  },
  {
    name: 'deepgram.STTv2',
    kind: 'stt',
    transport: 'websocket',
    points: { begun: ['Connected'], output: ['TurnInfo', 'TurnInfo#4'], last: ['TurnInfo#6'] },
    create: (where) => new STTv2({ ...labelled(where), sampleRate }),
  },
  {
    name: 'deepgram.TTS',
    kind: 'tts',
    transport: 'websocket',
    points: { begun: ['Metadata'], output: [3, 2, 7], last: ['Flushed'] },
    differs: {
      'rate-limit': warned,
      'server-error': warned,
      'fatal-error': warned,
      'null-error': warned,
    },
    na: {
      orphan: 'it is not documented how one Flushed is told from another',
    },
    create: (where) => new TTS(where),
  },
  {
    name: 'deepgram.TTSv2',
    kind: 'tts',
    transport: 'websocket',
    points: { begun: ['SpeechStarted'], output: [4, 5, 8], last: ['SpeechMetadata'] },
    differs: {
      suspend: {
        outcome: 'fails',
        error: ['APIStatusError', 'APIConnectionError'],
        retryable: false,
        delivers: 'part',
        note: 'the service hangs up on who is silent for a minute, pings too',
      },
    },
    create: (where) => new TTSv2(labelled(where)),
  },
];
