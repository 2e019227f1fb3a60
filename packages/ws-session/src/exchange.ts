import { PatchbayError } from '@patchbay/ws-url';
import { aborted, handlerFailure, identified, timeout, type Failure } from './classify.ts';
import { Deadline } from './clock.ts';
import type { PhysicalSocket } from './physical-socket.ts';
import type { Clock } from './runtime.ts';
import type { ExchangeOptions, Frame } from './types.ts';

/** How an exchange left its socket: fit for the next one, or not. */
export type Verdict = { reusable: true } | { reusable: false; error: PatchbayError; failure?: Failure };

/** One request on one socket, from the moment it was sent. Settles once. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #socket: PhysicalSocket;
  readonly #settled: (verdict: Verdict) => void;
  readonly #deadline: Deadline;
  readonly #abort = (): void => {
    const reason: unknown = this.#options.signal.reason;
    const { failureContext } = this.#socket;
    const error = PatchbayError.is(reason) ? identified(reason, failureContext) : aborted(failureContext);
    this.#settle({ reusable: false, error });
  };
  #started = false;
  #allowedMs = 0;
  #over = false;

  constructor(clock: Clock, options: ExchangeOptions, socket: PhysicalSocket, settled: (verdict: Verdict) => void) {
    this.#options = options;
    this.#socket = socket;
    this.#settled = settled;
    this.#deadline = new Deadline(clock, () => this.#overdue());
    this.#deadline.arm(options.firstEventMs);
    options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  frame(frame: Frame): void {
    if (this.#over) return;
    try {
      if (this.#options.onFrame(frame)) return this.#settle({ reusable: true });
    } catch (error) {
      const failure = handlerFailure(error, this.#socket.failureContext);
      return this.#settle({ reusable: false, error: failure.error, failure });
    }
    this.#listen(this.#options.inactivityMs);
  }

  #listen(inactivityMs: number): void {
    if (this.#started && inactivityMs === this.#allowedMs) return this.#deadline.touch(this.#socket.readAt);
    this.#started = true;
    this.#allowedMs = inactivityMs;
    this.#deadline.arm(inactivityMs);
  }

  /** The socket is lost. */
  lost(error: PatchbayError): void {
    this.#settle({ reusable: false, error });
  }

  #overdue(): void {
    const { firstEventMs, inactivityMs } = this.#options;
    const context = this.#socket.failureContext;
    const failure = this.#started
      ? timeout('inactivity-timeout', `the reply stopped for ${inactivityMs} ms`, context)
      : timeout('first-event-timeout', `no reply within ${firstEventMs} ms`, context);
    this.#settle({ reusable: false, error: failure.error, failure });
  }

  #settle(verdict: Verdict): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline.disarm();
    this.#options.signal.removeEventListener('abort', this.#abort);
    this.#settled(verdict);
  }
}
