import { PatchbayError, type PatchbayErrorDetails } from '@patchbay/ws-url';
import type { Failure } from './classify.ts';
import type { ReconnectPolicy } from './types.ts';

/** What applies where the owner of a session says nothing. */
export const DEFAULT_RECONNECT: ReconnectPolicy = {
  budget: 5,
  refundMs: 60_000,
  baseMs: 250,
  capMs: 8_000,
  quickMs: 5_000,
};

/** Each wait is so many times the one before: five attempts outlast a restart of eight seconds, and the first is soon. */
const GROWTH = 3;

/** Longest Retry-After that is waited for; a caller who hears nothing longer than that is better told. */
export const MAX_RETRY_AFTER_MS = 30_000;

/** Least time between two dials that somebody asked for, in milliseconds, and how many of them in a row are that quick. */
const REQUEST_FLOOR_MS = 250;
const QUICK_REQUESTS = 8;

/** How long a socket that is lost now had lived. */
export interface Life {
  /** Since the upgrade; `undefined` if it never opened. */
  uptimeMs: number | undefined;
  /** Since its first valid event; 0 if there was none. */
  healthyMs: number;
}

/** What to do about a loss. */
export type Decision = { retry: true; attempt: number; delayMs: number } | { retry: false; error: PatchbayError };

/** Jittered exponential wait before attempt `failures` (from 0), in milliseconds. */
export function backoff(
  policy: Pick<ReconnectPolicy, 'baseMs' | 'capMs'>,
  failures: number,
  random: () => number,
): number {
  return Math.min(policy.capMs, policy.baseMs * GROWTH ** Math.min(failures, 30)) * (0.5 + random() / 2);
}

/** A number of attempts that only healthy uptime gives back: an endless loop of short lives runs dry. */
export class Budget {
  readonly #size: number;
  readonly #refundMs: number;
  #left: number;
  #credit = 0;

  constructor(size: number, refundMs: number) {
    this.#size = size;
    this.#refundMs = refundMs;
    this.#left = size;
  }

  refund(healthyMs: number): void {
    this.#credit += healthyMs;
    const attempts = Math.floor(this.#credit / this.#refundMs);
    this.#credit -= attempts * this.#refundMs;
    this.#left = Math.min(this.#size, this.#left + attempts);
  }

  take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}

/** Decides after each loss whether and when a session comes back. */
export class Recovery {
  readonly #policy: ReconnectPolicy | false;
  readonly #random: () => number;
  readonly #budget: Budget;
  #failures = 0;
  #requests = 0;

  constructor(policy: Partial<ReconnectPolicy> | false | undefined, random: () => number) {
    this.#policy = policy === false ? false : { ...DEFAULT_RECONNECT, ...policy };
    this.#random = random;
    const { budget, refundMs } = this.#policy || DEFAULT_RECONNECT;
    this.#budget = new Budget(budget, refundMs);
  }

  /** After a loss that nobody asked for. */
  afterLoss({ error, outcome }: Failure, life: Life): Decision {
    const policy = this.#policy;
    if (policy === false || outcome === 'fatal') return { retry: false, error };
    this.#budget.refund(life.healthyMs);
    const lasted = life.uptimeMs !== undefined && life.uptimeMs >= policy.quickMs;
    if (lasted) this.#failures = 0;
    const retryAfterMs = error.retryAfterMs ?? 0;
    if (retryAfterMs > MAX_RETRY_AFTER_MS) return { retry: false, error };
    // A planned end costs nothing and waits for nothing.
    if (outcome === 'rotate' && lasted) return { retry: true, attempt: 1, delayMs: retryAfterMs };
    if (!this.#budget.take()) {
      return {
        retry: false,
        error: givenUp(error, `all ${policy.budget} attempts to reconnect are spent.`),
      };
    }
    const delayMs = Math.max(retryAfterMs, backoff(policy, this.#failures, this.#random));
    this.#failures++;
    return { retry: true, attempt: this.#failures, delayMs };
  }

  /** After a planned replacement: what was healthy until then gives attempts back. */
  afterRotation({ healthyMs }: Life): void {
    this.#budget.refund(healthyMs);
  }

  /**
   * After a replacement that was asked for: no failure, so at once. A few in quick succession wait for each other a
   * moment; somebody who asks each new socket away again is slowed down like one whose sockets fail.
   */
  afterRequest(life: Life): { attempt: number; delayMs: number } {
    const policy = this.#policy || DEFAULT_RECONNECT;
    this.#budget.refund(life.healthyMs);
    if (life.uptimeMs === undefined || life.uptimeMs >= policy.quickMs) {
      this.#failures = 0;
      this.#requests = 0;
      return { attempt: 1, delayMs: 0 };
    }
    const before = this.#requests++;
    const excess = before - QUICK_REQUESTS;
    if (before === 0) return { attempt: 1, delayMs: 0 };
    if (excess < 0) return { attempt: 1, delayMs: Math.max(0, REQUEST_FLOOR_MS - life.uptimeMs) };
    return { attempt: excess + 1, delayMs: backoff(policy, excess, this.#random) };
  }
}

function givenUp(last: PatchbayError, why: string): PatchbayError {
  const details: PatchbayErrorDetails = {
    retryable: last.retryable,
    status: last.status,
    closeCode: last.closeCode,
    providerCode: last.providerCode,
    requestId: last.requestId,
    hop: last.hop,
    body: last.body,
    cause: last,
  };
  return new PatchbayError('budget-spent', `${last.message} Given up: ${why}`, details);
}
