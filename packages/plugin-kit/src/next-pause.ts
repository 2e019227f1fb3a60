import { Deadline, type Clock } from '@patchbay/ws-session';
import { pauseMs } from './listening-times.ts';

/** Whose socket it is. */
export interface NextPauseOwner {
  readonly clock: Clock;
  /** Nobody speaks and nothing is owed. */
  isPause(): boolean;
  /** The pause is there: told once for all that waited. */
  reconnect(): void;
}

/**
 * When a socket may be replaced that works well: in the next moment in which nobody speaks, so that no turn is cut in two,
 * and after ten seconds whoever speaks, for some never stop.
 */
export class NextPause {
  readonly #owner: NextPauseOwner;
  /** Few ever wait. */
  #deadline: Deadline | undefined;

  constructor(owner: NextPauseOwner) {
    this.#owner = owner;
  }

  /** Something waits for it from now on; for long already, if something did before. */
  wait(): void {
    this.#deadline ??= new Deadline(this.#owner.clock, () => this.#owner.reconnect());
    if (!this.#deadline.armed) this.#deadline.arm(pauseMs);
    this.look();
  }

  /** It may have come. */
  look(): void {
    if (this.#deadline?.armed !== true || !this.#owner.isPause()) return;
    this.#deadline.disarm();
    this.#owner.reconnect();
  }

  /** Nothing waits for it any more. */
  cancel(): void {
    this.#deadline?.disarm();
  }
}
