import { asTheBase, type Job, type Mode } from '../../job.ts';

const providers = ['openai', 'deepgram', 'soniox'];

export const speechToText: Job = {
  name: 'speech-to-text',
  title: 'Speech to text',
  about:
    'A stream of audio frames of 10, 20 or 50 ms, one per turn of the event loop as in a call, and words that come back ' +
    'every two seconds: `gpt-4o-mini-transcribe` with server VAD over the realtime API, 24 kHz; Deepgram’s Nova and ' +
    'Soniox, 16 kHz, which tell each word’s times. Audio leaves in chunks of 50 ms. Each transcript names the bytes that ' +
    'the server has heard.',
  variants: providers.flatMap((provider) => [10, 20, 50].map((milliseconds) => `${provider} ${milliseconds} ms`)),
  modes: (variant): readonly Mode[] => {
    const all: readonly Mode[] = ['wire', 'raw', 'floor', 'ours'];
    return variant.startsWith('openai') ? [...all, 'upstream'] : all;
  },
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/speech-to-text.ts', import.meta.url),
  measures: [
    { name: 'cpu', title: 'CPU', unit: 'ms per minute of audio', goals: [{ times: 'raw', atMost: 1.15 }, asTheBase] },
    {
      name: 'allocated',
      title: 'Allocated',
      unit: 'MB per minute of audio',
      goals: [{ times: 'raw', atMost: 1.6 }, asTheBase],
    },
  ],
};
