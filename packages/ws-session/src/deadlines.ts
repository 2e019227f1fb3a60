import { PatchbayError } from '@patchbay/ws-url';
import type { Deadlines } from './types.ts';

/** What applies where the owner of a session says nothing. */
export const DEFAULT_DEADLINES: Deadlines = {
  dialMs: 10_000,
  firstEventMs: 10_000,
  pingAfterMs: 15_000,
  pongMs: 10_000,
  closeMs: 2_000,
};

export function resolveDeadlines(deadlines: Partial<Deadlines> = {}): Deadlines {
  const resolved = { ...DEFAULT_DEADLINES };
  for (const name of Object.keys(DEFAULT_DEADLINES) as (keyof Deadlines)[]) {
    const value = deadlines[name];
    if (value === undefined) continue;
    // `Infinity`: there is none.
    if (typeof value !== 'number' || !(value >= 0) || (value === 0 && name !== 'firstEventMs')) {
      throw new PatchbayError(
        'invalid-option',
        `deadlines.${name} must be a positive number of milliseconds, or Infinity`,
      );
    }
    resolved[name] = value;
  }
  return resolved;
}
