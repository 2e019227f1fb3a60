/** Why audio was dropped, or, `in-flight`, is not known to have been heard. */
export type LossReason = 'backlog' | 'reconnect' | 'closed' | 'in-flight';

/** Audio is dropped frame by frame; told at most once per this much of it. */
const REPORT_EVERY_MS = 1_000;

/** Who is told of it. */
export interface LossListener {
  dropped(droppedMs: number, totalMs: number, reason: LossReason): void;
}

/** Counts dropped audio and tells of it in portions that a log can bear. */
export class AudioLoss {
  readonly #listener: LossListener;
  #untoldMs = 0;
  #totalMs = 0;

  constructor(listener: LossListener) {
    this.#listener = listener;
  }

  get totalMs(): number {
    return this.#totalMs;
  }

  add(droppedMs: number, reason: LossReason): void {
    this.#totalMs += droppedMs;
    this.#untoldMs += droppedMs;
    if (this.#untoldMs >= REPORT_EVERY_MS) this.report(reason);
  }

  /** Tells what has not been told. */
  report(reason: LossReason): void {
    if (this.#untoldMs === 0) return;
    const droppedMs = this.#untoldMs;
    this.#untoldMs = 0;
    this.#listener.dropped(droppedMs, this.#totalMs, reason);
  }
}
