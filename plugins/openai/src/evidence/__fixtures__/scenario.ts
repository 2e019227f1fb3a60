import type * as ours from '../../index.ts';

/** The plugin under test: this one, or LiveKit's own, which has the same surface. */
export type Plugin = typeof ours;

export const pluginNames = ['ours', 'upstream'] as const;
export type PluginName = (typeof pluginNames)[number];

/** What was seen; it crosses a process boundary as JSON. */
export type Observation = Record<string, unknown>;

/** A program that runs into a pain, whatever plugin it is given. */
export interface Scenario {
  pain: number;
  /** What is looked at. */
  what: string;
  /** `true`: it may end the process, so it gets one of its own. */
  alone?: boolean;
  run(plugin: Plugin): Promise<Observation>;
  /** What is to be seen; `crash` for an end of the process. */
  expected: Record<PluginName, Observation | 'crash'>;
}

/**
 * How long something is waited for that upstream never does, and how long on a slow machine for what this plugin does
 * at once, milliseconds. Nothing is asserted about it.
 */
const patienceMs = process.argv[2] === 'upstream' ? 3_000 : 60_000;

/** The promise, or `otherwise` if it has not come when patience ends. */
export async function orElse<T, U>(promise: Promise<T>, otherwise: U, milliseconds: number = patienceMs): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const given = new Promise<U>((resolve) => (timer = setTimeout(() => resolve(otherwise), milliseconds)));
  try {
    return await Promise.race([promise, given]);
  } finally {
    clearTimeout(timer);
  }
}

/** Retries as fast as LiveKit allows. */
export const quickly = (maxRetry: number): { maxRetry: number; retryIntervalMs: number; timeoutMs: number } => ({
  maxRetry,
  retryIntervalMs: 10,
  timeoutMs: 2_000,
});

export function settled(promise: Promise<unknown>): Promise<'fulfilled' | 'rejected'> {
  return promise.then(
    () => 'fulfilled',
    () => 'rejected',
  );
}
