import { costOf, expectSame, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { openers } from '../../realtime/openers.ts';
import { Service } from '../../realtime/service.ts';
import { sampleRate } from '../../realtime/talker.ts';

await runClient(async ({ variant, mode, quick, port }: Order): Promise<Figures> => {
  const service = await Service.at(port);
  const { open } = await openers[mode]();
  let heard = 0;
  const talker = await open(service.url(`delta-${Number.parseInt(variant)}`), (samples) => {
    heard += samples;
  });
  // Replies, of a minute each.
  const replies = quick ? 40 : 120;
  for (let number = 0; number < 120; number++) await talker.reply();
  heard = 0;
  const { cpuMs, allocatedBytes } = await costOf(async () => {
    for (let number = 0; number < replies; number++) await talker.reply();
  });
  expectSame('samples that were heard', heard, replies * 60 * sampleRate);
  return { cpu: cpuMs / replies, allocated: allocatedBytes / replies / 1e6 };
});
