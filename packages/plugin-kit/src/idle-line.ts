import { Deadline, type Clock, type Frame } from '@patchbay/ws-session';

/** Says something on a socket on which no audio flows, for providers that close it otherwise. */
export class IdleLine {
  readonly #frame: (isFirst: boolean) => Frame;
  readonly #everyMs: number;
  readonly #deadline: Deadline;
  #isFirst = true;

  constructor(
    clock: Clock,
    { everyMs, frame }: { everyMs: number; frame: (isFirst: boolean) => Frame },
    owner: { send(frame: Frame): void },
  ) {
    this.#everyMs = everyMs;
    this.#frame = frame;
    this.#deadline = new Deadline(clock, () => {
      owner.send(this.#frame(this.#isFirst));
      this.sent();
    });
  }

  /** There is a socket, and it has been sent nothing. */
  opened(): void {
    this.#isFirst = true;
    this.#deadline.arm(this.#everyMs);
  }

  /** Hot. Audio was sent. */
  sent(): void {
    this.#isFirst = false;
    if (this.#deadline.armed) this.#deadline.touch();
    else this.#deadline.arm(this.#everyMs);
  }

  /** The socket is gone. */
  lost(): void {
    this.#deadline.disarm();
  }
}
