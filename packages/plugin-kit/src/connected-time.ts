import type { Clock } from '@patchbay/ws-session';

/** How long a session has been connected, over all its sockets. Each stretch is reported once, because LiveKit adds up. */
export class ConnectedTime {
  readonly #clock: Clock;
  #unreportedMs = 0;
  #since: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  connected(): void {
    this.#since = this.#clock.now();
  }

  disconnected(): void {
    if (this.#since === undefined) return;
    this.#unreportedMs += this.#clock.now() - this.#since;
    this.#since = undefined;
  }

  /** Milliseconds connected since this was asked last. */
  take(): number {
    const isConnected = this.#since !== undefined;
    this.disconnected();
    if (isConnected) this.connected();
    const milliseconds = this.#unreportedMs;
    this.#unreportedMs = 0;
    return milliseconds;
  }
}
