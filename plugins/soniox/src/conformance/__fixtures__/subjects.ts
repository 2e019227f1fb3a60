import type { Subject, Where } from '@patchbay/conformance';
import { STT, TTS } from '../../index.ts';

/** What the plain voice speaks with: it is no sound that could be resampled. */
const sampleRate = 24_000;

/** Soniox's paths have no version before them. */
const rooted = (where: Where): Where => ({ ...where, baseURL: where.baseURL.replace(/\/v1$/, '') });

/** Nothing is owed before somebody has spoken: a service that says nothing is found out then. */
const slowly = { withinMs: [44_000, 50_000], note: 'nothing is owed before somebody has spoken' } as const;

/** Speech is said again for fifteen seconds. */
const tooLate: NonNullable<Subject['differs']>[string] = {
  ...{ outcome: 'recovers', dials: 2, delivers: ['all', 'part', 'nothing'], droppedMs: [1, 2_000] },
  note: 'the service closes a line after twenty seconds without a word of ours; what was said before is told as dropped',
};

/** Every class of this plugin. */
export const subjects: readonly Subject[] = [
  {
    name: 'soniox.STT',
    kind: 'stt',
    transport: 'websocket',
    points: { begun: ['tokens'], output: ['tokens', 'tokens#2'], last: ['<end>'] },
    differs: { silence: slowly, deaf: slowly, 'event-loop-stall': tooLate, suspend: tooLate },
    create: (where) => new STT({ ...rooted(where), sampleRate }),
  },
  {
    name: 'soniox.TTS',
    kind: 'tts',
    transport: 'websocket',
    turnsPerSocket: 5,
    points: { begun: ['model'], output: ['audio#2', 'audio#3', 'audio'], last: ['audio_end'] },
    differs: {
      freeze: {
        ...{ outcome: 'recovers', recoverable: 1 },
        note: 'it stands still before the text: a turn without any is ended after 5.2 seconds, and said again',
      },
      suspend: {
        ...{ outcome: 'fails', error: ['APIStatusError', 'APIConnectionError'], retryable: false, delivers: 'part' },
        note: 'the service hangs up on who is silent for half a minute, pings too',
      },
    },
    na: {
      'lose-first-event': 'the first event is audio, which has no number: that it is missing can only be heard',
      'no-type': 'no message has a type: it is the same audio once more',
      reorder: 'audio has no number: in another order it is other audio',
      'sibling-fails': 'turns share a socket, and are lost with it: see turn-fails',
    },
    create: (where) => new TTS(rooted(where)),
  },
];
