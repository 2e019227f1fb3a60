import { asTheBase, type Job, type Mode } from '../../job.ts';

const providers = ['openai', 'deepgram', 'soniox'];
const variants = providers.flatMap((provider) => [10, 20, 50].map((milliseconds) => `${provider} ${milliseconds} ms`));

const aFewMilliseconds =
  'ours keeps the audio that the next socket would have to hear, which neither `raw` nor `floor` does. Medians of the same ' +
  'code lay between 0.85 and 1.4 times `raw` from one run to the next, which is more than what is missed. `floor` is what ' +
  'LiveKit’s class alone takes.';

export const speechToText: Job = {
  name: 'speech-to-text',
  title: 'Speech to text',
  about:
    'A stream of audio frames of 10, 20 or 50 ms, one per turn of the event loop as in a call, and words that come back ' +
    'every two seconds: `gpt-4o-mini-transcribe` with server VAD over the realtime API, 24 kHz; Deepgram’s Nova and ' +
    'Soniox, 16 kHz, which tell each word’s times. Audio leaves in chunks of 50 ms. Each transcript names the bytes that ' +
    'the server has heard.',
  variants,
  modes: (variant): readonly Mode[] => {
    const all: readonly Mode[] = ['wire', 'raw', 'floor', 'ours'];
    return variant.startsWith('openai') ? [...all, 'upstream'] : all;
  },
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/speech-to-text.ts', import.meta.url),
  measures: [
    {
      ...{ name: 'cpu', title: 'CPU', unit: 'ms per minute of audio' },
      goals: [{ times: 'raw', atMost: 1.15 }, asTheBase],
      reasons: Object.fromEntries(variants.map((variant) => [variant, aFewMilliseconds])),
    },
    {
      name: 'allocated',
      title: 'Allocated',
      unit: 'MB per minute of audio',
      goals: [{ times: 'raw', atMost: 1.6 }, asTheBase],
      reasons: {
        'soniox 50 ms':
          'most of what is allocated comes with the words, for each has its times: with frames of 50 ms there is little ' +
          'audio beside them. The events that are made of them are LiveKit’s own form; its class alone allocates half as ' +
          'much again.',
      },
    },
  ],
};
