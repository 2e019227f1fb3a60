import { setImmediate as nextTurn } from 'node:timers/promises';
import { costOf, expectSame, runClient } from '../../client.ts';
import type { Figures, Mode, Order } from '../../job.ts';
import { messagesPerTurn, turnMs } from '../../servers/speech-to-text-turns.ts';
import { speechFrames } from '../../speech-frames.ts';
import { dialects, type Provider } from './dialects.ts';
import type { Ear, OpenEar } from './ear.ts';

const ears: Readonly<Record<Mode, () => Promise<{ open: OpenEar }>>> = {
  wire: () => import('./wire.ts'),
  raw: () => import('./raw.ts'),
  floor: () => import('./floor.ts'),
  ours: () => import('./ours.ts'),
  upstream: () => import('./upstream.ts'),
};

/** Pushes turns of audio, and waits for the words of each. */
async function measure({ variant, mode, quick, port }: Order): Promise<Figures> {
  const [provider, frameMs] = variant.split(' ') as [Provider, string];
  const { sampleRate } = dialects[provider];
  const frames = speechFrames({ sampleRate, frameMs: Number(frameMs), milliseconds: turnMs });
  const { open } = await ears[mode]();
  const talk = new Talk(messagesPerTurn[provider]);
  const ear = await open(provider, `ws://127.0.0.1:${port}`, talk);
  // Before so many frames, most of what is measured is the compiler.
  const [warmUpFrames, measuredFrames] = quick ? [30_000, 6_000] : [120_000, 90_000];
  const [warmUpTurns, turns] = [warmUpFrames / frames.length, measuredFrames / frames.length];

  const say = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn++) await talk.turn(ear, frames);
  };
  await say(warmUpTurns);
  const { cpuMs, allocatedBytes } = await costOf(() => say(turns));

  expectSame('turns that were heard', talk.turns, warmUpTurns + turns);
  if (mode !== 'wire')
    expectSame(
      'the last transcript',
      talk.last,
      `turn ${talk.turns} heard ${(talk.turns * turnMs * sampleRate) / 500}`,
    );
  const { length } = talk.last.split(' ');
  if (mode !== 'wire' && provider !== 'openai')
    expectSame('words of the turns', talk.words, (warmUpTurns + turns) * length);
  const minutes = (turns * turnMs) / 60_000;
  return { cpu: cpuMs / minutes, allocated: allocatedBytes / minutes / 1e6 };
}

/** Counts turns that were heard to their end. */
class Talk {
  turns = 0;
  last = '';
  interims = 0;
  words = 0;
  readonly #messagesPerTurn: number;
  #messages = 0;
  #heard: (() => void) | undefined;

  constructor(messagesPerTurn: number) {
    this.#messagesPerTurn = messagesPerTurn;
  }

  async turn(ear: Ear, frames: ReturnType<typeof speechFrames>): Promise<void> {
    const heard = new Promise<void>((resolve) => (this.#heard = resolve));
    for (const frame of frames) {
      ear.push(frame);
      await nextTurn();
    }
    await heard;
  }

  interim(): void {
    this.interims++;
  }

  final(text: string, words: readonly unknown[]): void {
    this.last = text;
    this.words += words.length;
    this.turns++;
    this.#heard?.();
  }

  message(): void {
    if (++this.#messages % this.#messagesPerTurn === 0) this.final('', []);
  }
}

await runClient(measure);
