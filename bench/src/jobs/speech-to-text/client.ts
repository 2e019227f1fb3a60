import { costOf, expectSame, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { messagesPerTurn, turnMs } from '../../servers/speech-to-text-turns.ts';
import { speechFrames } from '../../speech-frames.ts';
import { dialects, type Provider } from './dialects.ts';
import { ears, Talk } from './talk.ts';

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

await runClient(measure);
