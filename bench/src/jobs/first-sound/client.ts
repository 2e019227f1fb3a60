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

/**
 * On a socket so long that few turns do, for Deepgram takes twenty a minute on one, and our plugin minds that. Over HTTP
 * one minute: what upstream's client pays for a turn grows with the square of its length.
 */
const minutesPerTurn: Readonly<Record<Provider, number>> = { openai: 1, deepgram: 30, soniox: 30 };
/** As many short turns as there may be on one socket; elsewhere so many that their code is compiled. */
const shortTurns: Readonly<Record<Provider, number>> = { openai: 1_000, deepgram: 9, soniox: 1_000 };
const minutesToWarmUp = 60;
const minutesMeasured = 180;

async function measure({ variant, mode, quick, port }: Order): Promise<Figures> {
  const { open } = await voices[mode]();
  const provider = variant as Provider;
  const voice = await open(provider, `http://127.0.0.1:${port}`);
  const talk = async (minutes: number): Promise<void> => {
    for (let said = 0; said < minutes; said += minutesPerTurn[provider])
      await say(voice, 60 * minutesPerTurn[provider]);
  };
  const minutes = quick ? minutesMeasured / 3 : minutesMeasured;
  await talk(minutesToWarmUp);
  const times: number[] = [];
  for (let turn = 0; turn < shortTurns[provider]; turn++) times.push(await say(voice, 1));
  const { cpuMs, allocatedBytes } = await costOf(() => talk(minutes));
  const last = times.slice(-51).sort((left, right) => left - right);
  return { time: last[last.length >> 1]!, cpu: cpuMs / minutes, allocated: allocatedBytes / minutes / 1e6 };
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
