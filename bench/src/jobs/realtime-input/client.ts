import { costOf, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { openers } from '../../realtime/openers.ts';
import { Service } from '../../realtime/service.ts';
import { say, secondOfFrames } from '../../realtime/sound.ts';

await runClient(async ({ variant, mode, quick, port }: Order): Promise<Figures> => {
  const service = await Service.at(port);
  const { open } = await openers[mode]();
  const talker = await open(service.url(), () => {});
  const frames = secondOfFrames(Number.parseInt(variant));
  const minutes = quick ? 3 : 30;
  await say(minutes * 30, frames, talker, service);
  const { cpuMs, allocatedBytes } = await costOf(() => say(minutes * 60, frames, talker, service));
  return { cpu: cpuMs / minutes, allocated: allocatedBytes / minutes / 1e6 };
});
