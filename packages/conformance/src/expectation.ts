/**
 * What came of a cell. `completes`: all of it, and nobody noticed. `recovers`: it went on, and what happened was told.
 * `fails`: one final error. `ends`: the caller's own doing, in silence. `refused`: not even constructed.
 * The rest is what must never be: `hangs`, `silent` (over without a word), `crashed`.
 */
export type Outcome = 'completes' | 'recovers' | 'fails' | 'ends' | 'refused' | 'hangs' | 'silent' | 'crashed';

export type ErrorClass = 'APIConnectionError' | 'APITimeoutError' | 'APIStatusError' | 'APIError' | 'PatchbayError';

export type Range = number | readonly [least: number, most: number];

/** How much of the turn in which it happened reached the caller. */
export type Delivery = 'all' | 'part' | 'nothing';

/** What must come of a fault. */
export interface Expectation {
  outcome: Outcome | readonly Outcome[];
  /** Class of the final error; `retryable` is what it says of itself, after LiveKit's retries. */
  error?: ErrorClass | readonly ErrorClass[];
  retryable?: boolean;
  statusCode?: number;
  /** Attempts to reach the service: upgrades or requests. */
  dials: Range;
  /** Milliseconds of the injected clock until the turn was over, in whatever way. */
  withinMs: Range;
  delivers?: Delivery | readonly Delivery[];
  /** Errors that LiveKit was told it survives. Default: not looked at. */
  recoverable?: Range;
  /** Connection events that must have been among those told, in this order. */
  tells?: readonly string[];
  /** Milliseconds of audio that were reported as dropped. Default: 0 where it completes, not looked at elsewhere. */
  droppedMs?: Range;
  /** Why it differs from its neighbours. */
  note?: string;
}

/** A cell that cannot occur. */
export interface NotApplicable {
  na: string;
}

/** Fault id → what must come of it. */
export type Suite = Readonly<Record<string, Expectation | NotApplicable>>;

/** What was seen. */
export interface Observation {
  outcome: Outcome;
  error?: SeenError;
  dials: number;
  ms: number;
  delivers: Delivery;
  recoverable: number;
  tells: string[];
  droppedMs: number;
  /** What came of a further turn, the fault being gone: `works`, or what did not. */
  afterwards: string;
  /** What was left behind when everything was closed. */
  left: string[];
  /** Where secrets were found in what can be seen inside the process. */
  leaks: string[];
  /** What else an act found wrong. */
  wrong: string[];
}

export interface SeenError {
  name: string;
  message: string;
  retryable?: boolean;
  statusCode?: number;
  /** Of the PatchbayError that caused it. */
  code?: string;
}

/** What differs from what must be; empty: it passes. */
export function deviations(expected: Expectation, seen: Observation): string[] {
  const found: string[] = [];
  const differs = (what: string, wanted: unknown, got: unknown): void => {
    found.push(`${what}: ${shown(got)} instead of ${shown(wanted)}`);
  };
  const oneOf = <T>(what: string, wanted: T | readonly T[] | undefined, got: unknown): void => {
    if (wanted !== undefined && !([] as unknown[]).concat(wanted).includes(got)) differs(what, wanted, got);
  };
  const within = (what: string, wanted: Range | undefined, got: number): void => {
    if (wanted === undefined) return;
    const [least, most] = typeof wanted === 'number' ? [wanted, wanted] : wanted;
    if (got < least || got > most) differs(what, wanted, got);
  };
  oneOf('outcome', expected.outcome, seen.outcome);
  if (seen.outcome === 'fails' || seen.outcome === 'refused') {
    oneOf('error', expected.error, seen.error?.name);
    oneOf('retryable', expected.retryable, seen.error?.retryable);
    oneOf('status', expected.statusCode, seen.error?.statusCode);
  }
  within('dials', expected.dials, seen.dials);
  within('ms', typeof expected.withinMs === 'number' ? [0, expected.withinMs] : expected.withinMs, seen.ms);
  oneOf('delivers', expected.delivers, seen.delivers);
  within('recoverable errors', expected.recoverable, seen.recoverable);
  // What nobody noticed has lost nothing.
  const isUnnoticed = seen.outcome === 'completes' || seen.outcome === 'refused';
  within('dropped ms', expected.droppedMs ?? (isUnnoticed ? 0 : undefined), seen.droppedMs);
  if (!inOrder(expected.tells ?? [], seen.tells)) differs('tells', expected.tells, seen.tells);
  if (seen.afterwards !== 'works') differs('afterwards', 'works', seen.afterwards);
  if (seen.left.length > 0) differs('left', [], seen.left);
  if (seen.leaks.length > 0) differs('leaks', [], seen.leaks);
  return [...found, ...seen.wrong];
}

function inOrder(wanted: readonly string[], told: readonly string[]): boolean {
  let at = 0;
  for (const each of told) if (each === wanted[at]) at++;
  return at === wanted.length;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}
