import { LazyMap } from '@patchbay/ws-session';
import type { PatchbayError } from '@patchbay/ws-url';
import { toPatchbayError } from './errors.ts';

/** By these a server refuses a field that it does not know, a value of it, or the answer that it would have to give. */
const refusals: ReadonlySet<number> = new Set([400, 403, 404, 405, 406, 415, 422]);

/** The same on a socket that is open: RFC 6455 §7.4.1. */
const closes: ReadonlySet<number> = new Set([1003, 1007, 1008, 1011]);

/** As often as LiveKit by default. Where there are more retries, or no end of them, those that follow go without extras. */
const retriesWith = 3;

/**
 * What a class asks for and its user did not, because it makes answers better: how sure the service is, what it cost,
 * what the model thought. A server that does not know it may refuse the whole request for it, and nothing may fail of
 * that: such a request is made without it, and if that goes well, so are all that follow, of the same model.
 *
 * A 4xx is asked again at once. A 5xx is more often what it says, so it gets the retries that it would get anyway, and
 * the last one goes without; where there is none, the next request does. Not so where extras were taken before.
 */
export class Extras {
  readonly #isElsewhere: (failure: PatchbayError) => boolean;
  readonly #models = new LazyMap<string, Answer>();

  /** @param isElsewhere - Whether a refusal says itself that it is about something else: a model that does not exist. */
  constructor(isElsewhere: (failure: PatchbayError) => boolean = () => false) {
    this.#isElsewhere = isElsewhere;
  }

  /** For one request of a model and its retries. */
  attempts(model: string, maxRetry: number): ExtraAttempts {
    const known = this.#models.get(model) ?? { taken: false, doubted: false, refused: false };
    this.#models.set(model, known);
    return new ExtraAttempts(known, Math.min(maxRetry, retriesWith), this.#isElsewhere);
  }
}

/** What is known of a model. */
interface Answer {
  taken: boolean;
  /** A request failed for the last time of what may pass, or may be about the extras. */
  doubted: boolean;
  refused: boolean;
}

/** The attempts at one request, of which those that follow a refusal go without extras. */
export class ExtraAttempts {
  readonly #known: Answer;
  readonly #last: number;
  readonly #isElsewhere: (failure: PatchbayError) => boolean;
  #made = 0;
  /** A failure that may pass was perhaps about the extras. */
  #isDoubted = false;
  /** So was one for good: what follows goes without. */
  #isPlain = false;

  constructor(known: Answer, last: number, isElsewhere: (failure: PatchbayError) => boolean) {
    this.#known = known;
    this.#last = last;
    this.#isElsewhere = isElsewhere;
  }

  /**
   * One attempt: a request with the extras, a second one without if that was refused, or only that one.
   *
   * @param mayRepeat - Asked after a failure: whether nothing of an answer has come, and anybody still waits for it.
   */
  async make<T>(request: (extras: boolean) => Promise<T>, mayRepeat: () => boolean = () => true): Promise<T> {
    const known = this.#known;
    if (known.refused) return request(false);
    const isLast = this.#made++ >= this.#last;
    this.#isPlain ||= known.doubted || (isLast && this.#isDoubted);
    if (!this.#isPlain) {
      try {
        const answer = await request(true);
        Object.assign(known, { taken: true, doubted: false });
        return answer;
      } catch (error) {
        const doubt = mayRepeat() ? this.#doubt(error) : undefined;
        this.#isDoubted ||= doubt === 'passing';
        known.doubted ||= isLast && doubt === 'passing';
        if (doubt !== 'final') throw error;
      }
      this.#isPlain = true;
    }
    try {
      const answer = await request(false);
      known.refused = true;
      return answer;
    } catch (error) {
      // So it was not for the extras.
      known.doubted = false;
      throw error;
    }
  }

  #doubt(error: unknown): Doubt | undefined {
    const doubt = doubtOf(toPatchbayError(error), this.#isElsewhere);
    return doubt === 'passing' && this.#known.taken ? undefined : doubt;
  }
}

/** A failure that may be about the extras: for good, or one that may pass as well. */
type Doubt = 'final' | 'passing';

function doubtOf(failure: PatchbayError, isElsewhere: (failure: PatchbayError) => boolean): Doubt | undefined {
  const { code, status, closeCode, retryable, retryAfterMs, cause } = failure;
  // Who says when to come back means the time.
  if (retryAfterMs !== undefined || isElsewhere(failure)) return undefined;
  const doubt = retryable ? 'passing' : 'final';
  switch (code) {
    case 'provider-error':
      if (status === undefined) return doubt;
      return refusals.has(status) ? 'final' : status >= 500 ? doubt : undefined;
    case 'closed':
      return closeCode !== undefined && closes.has(closeCode) ? doubt : undefined;
    case 'protocol-violation':
      // With a cause it is a mistake in a program, or of the socket.
      return cause === undefined ? doubt : undefined;
    default:
      return undefined;
  }
}
