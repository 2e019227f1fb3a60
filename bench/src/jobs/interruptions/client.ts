import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopback, type Mind } from '@patchbay/loopback';
import { expectSame, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import type { Speakers } from './speakers.ts';

/** The shortest that anybody takes from falling into a word to the end of their own. */
const thoughtMs = 200;
/** As long as people ask: who speaks all the time, ten times as fast, meets limits of providers per minute. */
const words = 'These are some words, and behind them there are a few more.';
/** So much that the model is not done before the caller is. */
const mind: Mind = {
  async *reply() {
    for (let count = 0; count < 100; count++) yield { type: 'text', text: `word${count} ` };
  },
};

/** Breaks turns off, and counts who is dialled until the next one is over. */
await runClient(async ({ variant, mode, quick }: Order): Promise<Figures> => {
  const cloud = await startLoopback({ voice: 'plain', mind });
  const { speakers } = (await (mode === 'ours' ? import('./ours.ts') : import('./upstream.ts'))) as {
    speakers: Speakers;
  };
  const speaker = await speakers[variant]!(variant.endsWith('openai') ? cloud.url : cloud.origin);
  const dials = (): number => cloud.requests.filter(({ kind }) => kind === 'upgrade').length;
  const most = await speaker.whole(words);
  const before = dials();
  const turns = quick ? 2 : 5;
  for (let turn = 0; turn < turns; turn++) {
    const heard = await speaker.brokenOff(words);
    // Who hears the whole turn has interrupted nobody.
    expectSame('a turn that was broken off', heard > 0 && heard < most / 2, true);
    await sleep(thoughtMs);
    expectSame('a whole turn that was heard', (await speaker.whole(words)) > 0, true);
  }
  return { dials: (dials() - before) / turns };
});
