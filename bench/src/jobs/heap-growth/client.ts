import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { expectSame, memoryHeld, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { openers } from '../../realtime/openers.ts';
import { Service } from '../../realtime/service.ts';
import { say, secondOfFrames } from '../../realtime/sound.ts';
import { sampleRate } from '../../realtime/talker.ts';
import { listeners } from './listeners.ts';

const turnSeconds = 10;

// V8 lets go of code that has not run for a while, megabytes of it, in some runs before the first look and in some after.
setFlagsFromString('--no-flush-bytecode');

await runClient(async ({ variant, mode, quick, port }: Order): Promise<Figures> => {
  const service = await Service.at(port);
  const url = service.url('turns');
  let turns = 0;
  const isRealtime = variant.startsWith('realtime');
  const pushes = isRealtime
    ? await (
        await openers[mode]()
      ).open(url, (samples) => {
        turns += samples / sampleRate;
      })
    : await (await listeners[mode]!()).listen(url, () => turns++);

  await service.connected(1);
  await sleep(500);

  const frames = secondOfFrames(50);
  let saidSeconds = 0;
  const talk = async (seconds: number): Promise<number> => {
    await say(seconds, frames, pushes, service);
    saidSeconds += seconds;
    await sleep(500);
    expectSame('turns that were heard', Math.round(turns), saidSeconds / turnSeconds);
    return memoryHeld();
  };
  const before = await talk(5 * 60);
  const after = await talk((quick ? 6 : 30) * 60);
  return { growth: (after - before) / 1e6 };
});
