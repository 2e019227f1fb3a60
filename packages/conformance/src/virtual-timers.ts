import type { Timer } from '@patchbay/ws-session';
import type { CellClock } from './clock.ts';

/** What Node hands out; LiveKit and `ws` call `unref` and `clearTimeout`. */
class VirtualTimer {
  readonly #start: () => Timer;
  #timer: Timer | undefined;

  constructor(start: () => Timer) {
    this.#start = start;
    this.refresh();
  }

  refresh(): this {
    this.#timer?.cancel();
    this.#timer = this.#start();
    return this;
  }

  close(): this {
    this.#timer?.cancel();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return false;
  }

  [Symbol.toPrimitive](): number {
    return 0;
  }
}

type Callback = (...args: unknown[]) => void;

/**
 * Puts the global timers of this process on the clock, so that what LiveKit waits between two attempts is time of the
 * cell and no real time. Node's own timers, those of sockets, are others. `pending` counts those that wait.
 */
export class VirtualTimers {
  readonly #real: Record<string, (...args: never[]) => unknown>;
  readonly #waiting = new Set<object>();

  constructor(clock: CellClock) {
    const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
    this.#real = { setTimeout, clearTimeout, setInterval, clearInterval };
    const after = (delayMs: number, callback: () => void): Timer => {
      const handle = {};
      this.#waiting.add(handle);
      const timer = clock.setTimer(() => {
        this.#waiting.delete(handle);
        callback();
      }, delayMs);
      return {
        cancel: () => {
          this.#waiting.delete(handle);
          timer.cancel();
        },
      };
    };
    const clear =
      (otherwise: (timer: never) => void) =>
      (timer: unknown): void =>
        timer instanceof VirtualTimer ? void timer.close() : otherwise(timer as never);
    Object.assign(globalThis, {
      setTimeout: (callback: Callback, delayMs = 0, ...args: unknown[]) =>
        new VirtualTimer(() => after(delayMs, () => callback(...args))),
      setInterval: (callback: Callback, delayMs = 0, ...args: unknown[]) => {
        const timer: VirtualTimer = new VirtualTimer(() =>
          after(Math.max(1, delayMs), () => {
            timer.refresh();
            callback(...args);
          }),
        );
        return timer;
      },
      clearTimeout: clear(clearTimeout as (timer: never) => void),
      clearInterval: clear(clearInterval as (timer: never) => void),
    });
  }

  get pending(): number {
    return this.#waiting.size;
  }

  restore(): void {
    Object.assign(globalThis, this.#real);
  }
}
