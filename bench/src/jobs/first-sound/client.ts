import { costOf, expectSame, runClient } from '../../client.ts';
import type { Figures, Mode, Order } from '../../job.ts';
import { sampleRate, textFor } from '../../servers/text-to-speech-audio.ts';
import type { OpenVoice, Provider, Voice } from './voice.ts';

const voices: Readonly<Record<Mode, () => Promise<{ open: OpenVoice }>>> = {
  wire: () => import('./wire.ts'),
  raw: () => import('./raw.ts'),
  floor: () => import('./floor.ts'),
  ours: () => import('./ours.ts'),
  upstream: () => import('./upstream.ts'),
};

/** Few turns: Deepgram takes twenty a minute on a socket, and our plugin minds that. */
async function measure({ variant, mode, quick, port }: Order): Promise<Figures> {
  const { open } = await voices[mode]();
  const voice = await open(variant as Provider, `http://127.0.0.1:${port}`);
  const minute = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) await say(voice, 60);
  };
  await minute(2);
  const times: number[] = [];
  for (let turn = 0; turn < (quick ? 5 : 9); turn++) times.push(await say(voice, 1));
  const minutes = quick ? 3 : 8;
  const { cpuMs, allocatedBytes } = await costOf(() => minute(minutes));
  times.sort((left, right) => left - right);
  return { time: times[times.length >> 1]!, cpu: cpuMs / minutes, allocated: allocatedBytes / minutes / 1e6 };
}

/** How long it took to the first frame. */
async function say(voice: Voice, seconds: number): Promise<number> {
  const start = performance.now();
  let samples = 0;
  let ms = 0;
  await voice.say(textFor(seconds), (more) => {
    if (samples === 0) ms = performance.now() - start;
    samples += more;
  });
  expectSame('samples', samples, seconds * sampleRate);
  return ms;
}

await runClient(measure);
