import type { Clock } from '../clock.ts';
import type { Fault } from './types.ts';

/** Faults of the service itself, whoever talks to it. */
export class Service {
  readonly #clock: Clock;
  #leapMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The cloud's clock, whose time of day leaps. */
  get clock(): Clock {
    const clock = this.#clock;
    return {
      now: () => clock.now(),
      wallClock: () => clock.wallClock() + this.#leapMs,
      setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs),
    };
  }

  jump(ms: number): void {
    this.#leapMs += ms;
  }

  /** The thread waits: no timer fires and nothing is read. Real time. */
  block(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }
}

export const serviceEffects: Readonly<Record<string, (service: Service, settings: Fault) => void>> = {
  'clock-jump': (service, { ms }) => service.jump(ms ?? 0),
  block: (service, { ms }) => service.block(ms ?? 0),
};
