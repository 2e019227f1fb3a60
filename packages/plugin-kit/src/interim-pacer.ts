import { stt } from '@livekit/agents';
import type { Clock, Timer } from '@patchbay/ws-session';

/** Where transcripts go. */
export interface TranscriptSink {
  readonly closed: boolean;
  put(event: stt.SpeechEvent): void;
}

/**
 * Interim transcripts no faster than is wanted: the first one at once, then the newest once per interval. None is lost,
 * only overtaken: before anything else is told, a final transcript above all, the newest comes.
 */
export class InterimPacer {
  readonly #clock: Clock;
  readonly #sink: TranscriptSink;
  #waiting: stt.SpeechEvent | undefined;
  #timer: Timer | undefined;
  #notBefore = 0;

  constructor(clock: Clock, sink: TranscriptSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  /** `intervalMs`: least time between two interim transcripts of one piece of speech; 0 for none. */
  tell(event: stt.SpeechEvent, intervalMs: number): void {
    if (event.type !== stt.SpeechEventType.INTERIM_TRANSCRIPT) {
      this.#flush();
      this.#notBefore = 0;
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

  #emit(event: stt.SpeechEvent): void {
    if (!this.#sink.closed) this.#sink.put(event);
  }

  #flush(intervalMs = 0): void {
    const event = this.#waiting;
    this.close();
    if (event === undefined) return;
    this.#notBefore = this.#clock.now() + intervalMs;
    this.#emit(event);
  }
}
