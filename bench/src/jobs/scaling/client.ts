import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { memoryHeld, runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { Calls } from '../../realtime/calls.ts';
import { openers } from '../../realtime/openers.ts';
import { Service } from '../../realtime/service.ts';

// Code that V8 lets go of between the two looks would be counted as memory that calls give back.
setFlagsFromString('--no-flush-bytecode');

await runClient(async ({ variant, mode, quick, port }: Order): Promise<Figures> => {
  const count = Number(variant);
  const service = await Service.at(port);
  const { open } = await openers[mode]();
  const calls = new Calls(service, open);
  // Beside one call that has been there for a while; the only one is beside none, and carries what is made once.
  const before = count === 1 ? 0 : 1;
  await calls.become(before);
  if (before > 0) await sleep(quick ? 2_000 : 12_000);
  const held = memoryHeld();
  await calls.become(count);
  await sleep(quick ? 2_000 : 5_000);
  const { lateMs, said, heard, cpu } = await calls.during(quick ? 3_000 : 10_000);
  const heap = (memoryHeld() - held) / (count - before) / 1_024;
  return { cpu: (100 * cpu) / count, heap, late: lateMs, through: 100 * Math.min(1, said, heard) };
});
