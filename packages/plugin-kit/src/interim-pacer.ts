import { stt } from '@livekit/agents';
import type { Clock, Timer } from '@patchbay/ws-session';

/**
 * Interim transcripts no faster than is wanted: the first one at once, then the newest once per interval. None is lost,
 * only overtaken: before anything else is told, a final transcript above all, the newest comes.
 */
export class InterimPacer {
  readonly #clock: Clock;
  readonly #emit: (event: stt.SpeechEvent) => void;
  #waiting: stt.SpeechEvent | undefined;
  #timer: Timer | undefined;
  #notBefore = -Infinity;

  constructor(clock: Clock, emit: (event: stt.SpeechEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** `intervalMs`: least time between two interim transcripts of one piece of speech; 0 for none. */
  tell(event: stt.SpeechEvent, intervalMs: number): void {
    if (event.type !== stt.SpeechEventType.INTERIM_TRANSCRIPT) {
      this.#flush();
      this.#notBefore = -Infinity;
      return this.#emit(event);
    }
    if (this.#waiting !== undefined && this.#waiting.requestId !== event.requestId) this.#flush();
    this.#waiting = event;
    const waitMs = this.#notBefore - this.#clock.now();
    if (waitMs > 0) {
      this.#timer ??= this.#clock.setTimer(() => this.#flush(intervalMs), waitMs);
    } else {
      this.#flush(intervalMs);
    }
  }

  /** Nothing will be told any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  #flush(intervalMs = 0): void {
    const event = this.#waiting;
    this.close();
    if (event === undefined) return;
    this.#notBefore = this.#clock.now() + intervalMs;
    this.#emit(event);
  }
}
