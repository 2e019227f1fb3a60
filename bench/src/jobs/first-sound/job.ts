import { asTheBase, type Job, type Mode } from '../../job.ts';

const collections =
  'what decides is how the garbage of frames is collected: a client took half as much again or twice as much where all of ' +
  'the heap was collected and not only young memory, with LiveKit’s class as with ours. What is left of a difference is a ' +
  'millisecond of a minute or less, and was not followed further.';

export const firstSound: Job = {
  name: 'first-sound',
  title: 'Text to speech',
  about:
    'A sentence, and audio that comes in tenths of a second as fast as it can: OpenAI’s `tts-1` over HTTP, Deepgram’s ' +
    'Aura with PCM in binary messages, Soniox with base64 in JSON; 24 kHz. First sound is the time from the sentence to ' +
    'the first frame of a second of speech, on a connection that is there: the middle of the last 51 of 1,000 turns, of nine with Deepgram, which takes twenty a minute on one; CPU and allocation are those of minutes of ' +
    'it, in frames of 20 ms, and turns of one minute from OpenAI and of half an hour from the others. `raw` makes the frames by ' +
    'hand, `floor` hands them to LiveKit’s base classes.',
  variants: ['openai', 'deepgram', 'soniox'],
  modes: (variant): readonly Mode[] => {
    const all: readonly Mode[] = ['wire', 'raw', 'floor', 'ours'];
    return variant === 'openai' ? [...all, 'upstream'] : all;
  },
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/text-to-speech.ts', import.meta.url),
  // A client whose frames wait for a collection of garbage once more takes half as much again.
  rounds: (quick) => (quick ? 3 : 7),
  measures: [
    {
      ...{ name: 'time', title: 'First sound', unit: 'ms', goals: [asTheBase] },
      reasons: {
        deepgram:
          'nine turns do not compile what a turn runs through, and ours runs through more. With Soniox, where a process can ' +
          'say 2,000 sentences on a socket, the middle of the second thousand was 0.77 ms, and 0.79 with LiveKit’s class.',
        soniox:
          'it is code that is not compiled yet: of 2,000 sentences the middle of the second thousand was 0.77 ms, and 0.79 ' +
          'with LiveKit’s class.',
      },
    },
    {
      ...{ name: 'cpu', title: 'CPU', unit: 'ms per minute of audio', goals: [asTheBase] },
      reasons: Object.fromEntries(['openai', 'deepgram', 'soniox'].map((variant) => [variant, collections])),
    },
    { name: 'allocated', title: 'Allocated', unit: 'MB per minute of audio', goals: [asTheBase] },
  ],
};
