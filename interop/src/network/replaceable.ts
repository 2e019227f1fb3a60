import type { Service } from '../process/service.ts';

/** A service that goes and comes back, where it was. */
export interface Replaceable {
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts it for the first time. */
export async function replaceable(run: () => Promise<Service>): Promise<Replaceable> {
  let service = await run();
  return {
    stop: () => service.stop(),
    start: async () => void (service = await run()),
  };
}
