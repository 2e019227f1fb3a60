import { Deadline, type Clock } from '@patchbay/ws-session';
import { pauseMs } from './listening-times.ts';

/**
 * When a socket may be replaced that works well: in the next moment in which nobody speaks, so that no turn is cut in two,
 * and after ten seconds whoever speaks, for some never stop.
 */
export class NextPause {
  readonly #isPause: () => boolean;
  readonly #come: () => void;
  readonly #deadline: Deadline;

  /** `come`: told once for all that waited. */
  constructor(clock: Clock, isPause: () => boolean, come: () => void) {
    this.#isPause = isPause;
    this.#come = come;
    this.#deadline = new Deadline(clock, come);
  }

  /** Something waits for it from now on; for long already, if something did before. */
  wait(): void {
    if (!this.#deadline.armed) this.#deadline.arm(pauseMs);
    this.look();
  }

  /** It may have come. */
  look(): void {
    if (!this.#deadline.armed || !this.#isPause()) return;
    this.#deadline.disarm();
    this.#come();
  }

  /** Nothing waits for it any more. */
  cancel(): void {
    this.#deadline.disarm();
  }
}
