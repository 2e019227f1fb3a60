import { setTimeout as sleep } from 'node:timers/promises';
import { memoryHeld, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { Calls } from '../../realtime/calls.ts';
import { openers } from '../../realtime/openers.ts';
import { Service } from '../../realtime/service.ts';

await runClient(async ({ variant, mode, quick, port }: Order): Promise<Figures> => {
  const count = Number(variant);
  const service = await Service.at(port);
  const { open } = await openers[mode]();
  const calls = new Calls(service, open);
  await calls.become(1);
  await sleep(2_000);
  const alone = memoryHeld();
  await calls.become(1 + count);
  await sleep(quick ? 2_000 : 5_000);
  const { lateMs, said, heard, cpu } = await calls.during(quick ? 3_000 : 10_000);
  const heap = (memoryHeld() - alone) / count / 1_024;
  return { cpu: (100 * cpu) / (1 + count), heap, late: lateMs, through: 100 * Math.min(1, said, heard) };
});
