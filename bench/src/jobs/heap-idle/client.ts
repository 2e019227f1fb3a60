import { setTimeout as sleep } from 'node:timers/promises';
import { memoryHeld, runClient } from '../../client.ts';
import type { Figures, Mode, Order } from '../../job.ts';
import { Service } from '../../realtime/service.ts';
import { counts } from './job.ts';
import type { Makers } from './sessions.ts';

const modules: Readonly<Partial<Record<Mode, () => Promise<{ makers: Makers }>>>> = {
  raw: () => import('./raw.ts'),
  floor: () => import('./floor.ts'),
  ours: () => import('./ours.ts'),
  upstream: () => import('./upstream.ts'),
};

/** Opens sessions, and looks at the heap once nothing goes on any more. */
async function measure({ variant, mode, port }: Order): Promise<Figures> {
  const { makers } = await modules[mode]!();
  const service = await Service.at(port);
  const open = makers[variant]!(service.url());
  const sessions = [open()];
  await settled(service, 1);
  const first = memoryHeld();
  const figures: Record<string, number> = {};
  let before = { count: 0, heap: first };
  for (const count of counts) {
    while (sessions.length < 1 + count) sessions.push(open());
    await settled(service, sessions.length);
    const heap = memoryHeld();
    figures[`of${count}`] = (heap - first) / count / 1_024;
    figures.more = (heap - before.heap) / (count - before.count) / 1_024;
    before = { count, heap };
  }
  return figures;
}

/** Until there are so many connections, and what they had to say to each other is said. */
async function settled(service: Service, connections: number): Promise<void> {
  await service.connected(connections);
  await sleep(500);
}

await runClient(measure);
