import { fuzz } from './fuzz.ts';
import type { FuzzResult, FuzzTarget } from './types.ts';

/** What the parent wants of this process. */
export interface ChildOrder {
  /** A module that exports `targets`. */
  source: string;
  seed: number;
  /** Target → frames; others are left out. */
  frames: Record<string, number>;
}

/** What this process has to say. */
export type ChildMessage =
  | { type: 'progress'; name: string; delivered: number }
  | { type: 'failure'; failure: string }
  | { type: 'result'; result: FuzzResult };

const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder;
const { targets } = (await import(order.source)) as { targets: readonly FuzzTarget[] };
const tell = (message: ChildMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

for (const target of targets) {
  const frames = order.frames[target.name];
  if (frames === undefined) continue;
  await tell({ type: 'progress', name: target.name, delivered: 0 });
  const result = await fuzz(target, {
    seed: order.seed,
    frames,
    onDelivered: (delivered) => void tell({ type: 'progress', name: target.name, delivered }),
    onFailure: (failure) => void tell({ type: 'failure', failure }),
  });
  await tell({ type: 'result', result });
}
process.exit(0);
