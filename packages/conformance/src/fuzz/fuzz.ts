import { Feed } from './feed.ts';
import { shown } from './functions.ts';
import type { FuzzResult, FuzzTarget } from './types.ts';

export interface FuzzOptions {
  seed: number;
  frames: number;
  /** A few times a second. */
  onDelivered: (delivered: number) => void;
  /** At once: what comes after it may hang. */
  onFailure: (failure: string) => void;
}

/** Of all frames, those that warm a decoder up: caches are filled and code is compiled. */
const warmShare = 0.3;
/** What a heap may gain from then on: noise. A leak of one small object per frame is more, over a full run. */
const allowedGrowth = 3 * 1_048_576;
const progressMs = 250;

/** Feeds one target and looks at everything that must not happen meanwhile. Needs `--expose-gc`. */
export async function fuzz(
  target: FuzzTarget,
  { seed, frames, onDelivered, onFailure }: FuzzOptions,
): Promise<FuzzResult> {
  const failures: string[] = [];
  let feed: Feed | undefined;
  const fail = (what: string) => (thrown: unknown) => {
    if (failures.length >= 5) return;
    failures.push(`${what}: ${describe(thrown)}\n${newest(feed)}`);
    onFailure(failures.at(-1)!);
  };
  const listeners = {
    uncaughtException: fail('a throw escaped'),
    unhandledRejection: fail('a rejection was not handled'),
    warning: fail('a warning'),
  };
  for (const [event, listener] of Object.entries(listeners)) process.on(event, listener);

  let done = 0;
  let toldAt = 0;
  const part = async (count: number, number: number): Promise<void> => {
    feed = new Feed({
      seed: seed * 2 + number,
      frames: count,
      recorded: target.recorded,
      onDelivered: (delivered) => {
        if (performance.now() - toldAt < progressMs) return;
        toldAt = performance.now();
        onDelivered(done + delivered);
      },
    });
    try {
      await target.run(feed);
    } catch (error) {
      failures.push(describe(error));
    }
    done += count - feed.left;
  };

  const warm = Math.ceil(frames * warmShare);
  const startedAt = performance.now();
  await part(warm, 0);
  const heapBefore = await heap();
  await part(frames - warm, 1);
  const tookMs = performance.now() - startedAt;
  const heapAfter = await heap();

  if (heapAfter - heapBefore > allowedGrowth) {
    failures.push(`the heap grew from ${heapBefore} to ${heapAfter} bytes`);
  }
  const added = [...Object.keys(Object.prototype), ...Object.keys(Array.prototype)];
  if (added.length > 0) failures.push(`every object has these now: ${added.join(', ')}`);
  for (const [event, listener] of Object.entries(listeners)) process.off(event, listener);
  const { name, seam } = target;
  return { name, seam, frames: done, tookMs, heapBefore, heapAfter, failures };
}

/** Bytes that are in use once everything that can go has gone. */
async function heap(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

function newest(feed: Feed | undefined): string {
  return feed?.newest.map((frame) => `  ${shown(frame)}`).join('\n') ?? '';
}
