import { setTimeout as sleep } from 'node:timers/promises';
import { runClient } from '../../client.ts';
import type { Figures, Order } from '../../job.ts';
import { Calls } from '../../realtime/calls.ts';
import type { Period } from '../../realtime/calls.ts';
import { openers } from '../../realtime/openers.ts';
import { Service } from '../../realtime/service.ts';
import { search } from './search.ts';

await runClient(async ({ mode, quick, port }: Order): Promise<Figures> => {
  const service = await Service.at(port);
  const { open } = await openers[mode]();
  const calls = new Calls(service, open);
  const periods = 3;
  const best = await search({
    first: quick ? 6 : mode === 'upstream' ? 20 : 900,
    most: 10_000,
    precision: 0.08,
    try: async (sessions) => {
      await calls.become(sessions);
      await sleep(quick ? 1_000 : 10_000);
      const seen: Period[] = [];
      for (let number = 0; number < periods; number++) seen.push(await calls.during(quick ? 2_000 : 3_000));
      return seen.filter(isGood).length > periods / 2 ? median(seen) : undefined;
    },
  });
  if (best === undefined) throw new Error('not even the least number of sessions was carried');
  return { sessions: best.count, late: best.result.lateMs, server: 100 * best.result.serverCpu };
});

function isGood({ lateMs, said, heard }: Period): boolean {
  return lateMs <= 20 && said >= 0.97 && heard >= 0.97;
}

function median(periods: readonly Period[]): Period {
  return [...periods].sort((one, other) => one.lateMs - other.lateMs)[periods.length >> 1]!;
}
