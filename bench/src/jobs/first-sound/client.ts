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

/** So long that few turns do: Deepgram takes twenty a minute on a socket, and our plugin minds that. */
const minutesPerTurn = 10;

async function measure({ variant, mode, quick, port }: Order): Promise<Figures> {
  const { open } = await voices[mode]();
  const voice = await open(variant as Provider, `http://127.0.0.1:${port}`);
  const turns = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn++) await say(voice, 60 * minutesPerTurn);
  };
  await turns(quick ? 2 : 6);
  const times: number[] = [];
  for (let turn = 0; turn < (quick ? 5 : 9); turn++) times.push(await say(voice, 1));
  const measured = quick ? 2 : 6;
  const minutes = measured * minutesPerTurn;
  const { cpuMs, allocatedBytes } = await costOf(() => turns(measured));
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
