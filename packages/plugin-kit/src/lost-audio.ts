import type { ConnectionEvent } from '@patchbay/ws-session';
import type { AudioHistory } from './audio-history.ts';

type AudioDropped = Extract<ConnectionEvent, { type: 'audio-dropped' }>;

/** What of a stream's audio nobody will hear. What the next socket is told again is not lost. */
export class LostAudio {
  readonly #history: AudioHistory;
  readonly #tell: (event: AudioDropped) => void;
  #totalMs = 0;
  /** What had to be given up while there was no socket. */
  #untoldMs = 0;
  /** What the next socket hears again of what is still to be reported as lost with this one. */
  #replayMs: number | undefined;
  /** What it hears again of what was reported, while this one counts as open. */
  #recalledMs = 0;
  #isOpen = false;

  constructor(history: AudioHistory, tell: (event: AudioDropped) => void) {
    this.#history = history;
    this.#tell = tell;
  }

  /** A socket is open, and has been told what the history held. */
  opened(): void {
    this.#isOpen = true;
    this.#replayMs = undefined;
    this.#recalledMs = 0;
    this.#history.sent();
    this.settle();
  }

  /** The socket is gone. */
  closed(): void {
    this.#isOpen = false;
    this.#history.unsent(this.#recalledMs);
    this.#recalledMs = 0;
  }

  /** Nobody will ever hear so much; told once per outage. */
  giveUp(milliseconds: number): void {
    this.#untoldMs += milliseconds;
  }

  /** Tells what was given up. */
  settle(): void {
    const droppedMs = this.#untoldMs;
    this.#untoldMs = 0;
    this.#lose(droppedMs, 'reconnect');
  }

  /** The session below lost audio. `isOver`: there will be no other socket. */
  reported({ droppedMs, reason }: AudioDropped, isOver: boolean): void {
    if (reason === 'backlog') return this.#lose(droppedMs, reason);
    // What was answered was heard, whether or not the other end said that it had read it.
    const lostMs = reason === 'in-flight' ? Math.min(droppedMs, this.#history.unansweredMs) : droppedMs;
    this.#lose(this.#notReplayed(lostMs, isOver), reason);
  }

  #notReplayed(lostMs: number, isOver: boolean): number {
    this.#replayMs ??= isOver ? 0 : this.#history.keptMs;
    const replayedMs = Math.min(lostMs, this.#replayMs);
    this.#replayMs -= replayedMs;
    if (this.#isOpen) this.#recalledMs += replayedMs;
    else this.#history.unsent(replayedMs);
    return lostMs - replayedMs;
  }

  #lose(droppedMs: number, reason: AudioDropped['reason']): void {
    if (droppedMs === 0) return;
    this.#totalMs += droppedMs;
    this.#tell({ type: 'audio-dropped', droppedMs, totalMs: this.#totalMs, reason });
  }
}
