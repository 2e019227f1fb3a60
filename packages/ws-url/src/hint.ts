import type { Capability, Hint, Timeout } from './types.ts';

/** A refusal as a session or an SDK saw it. */
export interface Refusal {
  status?: number;
  closeCode?: number;
  /** Close reason, error event or body. */
  text?: string;
  timeout?: Timeout;
}

/** What the table knows about the connection that was refused. */
export interface Refused {
  capability: Capability;
  modelInUrl: boolean;
}

/** The first hint whose conditions all hold. */
export function findHint(hints: readonly Hint[], refusal: Refusal, refused: Refused): string | undefined {
  return hints.find((hint) => fits(hint, refusal, refused))?.say;
}

function fits(hint: Hint, refusal: Refusal, refused: Refused): boolean {
  return (
    includes(hint.status, refusal.status) &&
    includes(hint.closeCode, refusal.closeCode) &&
    includes(hint.timeout, refusal.timeout) &&
    (hint.text === undefined || (refusal.text !== undefined && hint.text.test(refusal.text))) &&
    (hint.capabilities === undefined || hint.capabilities.includes(refused.capability)) &&
    (hint.modelInUrl === undefined || hint.modelInUrl === refused.modelInUrl)
  );
}

function includes<T extends number | string>(wanted: T | readonly T[] | undefined, actual: T | undefined): boolean {
  if (wanted === undefined) return true;
  return actual !== undefined && [wanted].flat().includes(actual);
}
