import type { ConnectionEvent } from '@patchbay/ws-session';
import type { AudioHistory } from './audio-history.ts';
import { backlogMs } from './listening-times.ts';

type AudioDropped = Extract<ConnectionEvent, { type: 'audio-dropped' }>;

/** Positions are sums of fractions of a millisecond. */
const leastMs = 0.01;

/**
 * What of a stream's audio nobody will hear: the stretch from where a lost socket may not have heard any more, or had
 * not answered, to where the next one begins to listen. Positions are milliseconds of audio since the stream began.
 */
export class LostStretch {
  readonly #history: AudioHistory;
  readonly #tell: (event: AudioDropped) => void;
  #totalMs = 0;
  /** From here on, nobody may have heard anything… */
  #fromMs = 0;
  /** …and up to here, that has been told. */
  #toldMs = 0;
  /** Where the audio of the last socket that was lost ended. */
  #sentMs = 0;
  /** How far it had answered. */
  #answeredMs = 0;
  /** How much of the end it may not have heard, as the session below reports it. */
  #unheardMs = 0;
  /** Where the present socket began to listen; `undefined`: there is none. */
  #startMs: number | undefined;
  /** What a slow line made no room for. Should the socket die, the next one hears it after all. */
  #gap = { milliseconds: 0, fromMs: Infinity };
  #wasHeard = false;

  constructor(history: AudioHistory, tell: (event: AudioDropped) => void) {
    this.#history = history;
    this.#tell = tell;
  }

  /**
   * The socket is gone that was sent all there is. `owedFromMs`: what begins there it owed an answer to. `answeredMs`:
   * what comes before that it has answered, and so heard.
   */
  closed(owedFromMs: number = Infinity, answeredMs: number = 0): void {
    this.#answeredMs = answeredMs;
    this.#startMs = undefined;
    this.#sentMs = this.#history.pushedMs;
    this.#unheardMs = 0;
    this.#fromMs = this.#toldMs = Math.min(this.#sentMs, owedFromMs);
    this.#wasHeard = false;
  }

  /** The socket went because its end was asked for, and so heard everything before that. */
  heard(): void {
    this.#wasHeard = true;
    this.#fromMs = this.#toldMs = this.#sentMs;
  }

  /** The session below lost audio: of the last socket, if it is not the line that was too slow. */
  reported({ droppedMs, reason }: AudioDropped): void {
    if (reason === 'backlog') {
      this.#gap.milliseconds += droppedMs;
      const fromMs = Math.max(0, this.#history.pushedMs - backlogMs - droppedMs);
      this.#gap.fromMs = Math.min(this.#gap.fromMs, fromMs);
    } else if (reason === 'closed') {
      this.#lose(droppedMs, reason);
    } else if (reason !== 'in-flight' || !this.#wasHeard) {
      this.#unheardMs += droppedMs;
      const fromMs = this.#sentMs - this.#unheardMs - this.#gap.milliseconds;
      this.#reachBack(Math.max(this.#answeredMs, fromMs), reason);
      // A predecessor that we closed ourselves is reported only when its successor listens already.
      this.#tellUntil(this.#startMs ?? this.#history.startMs, reason);
    }
  }

  /** A socket is open that hears all that is remembered, and what comes. */
  opened(): void {
    const { startMs } = this.#history;
    this.#startMs = startMs;
    if (this.#gap.fromMs >= startMs) this.#gap = { milliseconds: 0, fromMs: Infinity };
    this.#tellUntil(startMs, 'reconnect');
  }

  /** Hot. What is not remembered any more will not be told to another socket. */
  settled(): void {
    if (this.#history.startMs > this.#gap.fromMs) this.#tellGap();
  }

  /** There will be no other socket. */
  ended(): void {
    this.#tellGap();
    const { pushedMs } = this.#history;
    if (this.#startMs === undefined) this.#tellUntil(pushedMs, 'closed');
    this.closed();
  }

  #reachBack(fromMs: number, reason: AudioDropped['reason']): void {
    if (fromMs >= this.#fromMs) return;
    if (this.#toldMs > this.#fromMs) this.#lose(this.#fromMs - fromMs, reason);
    else this.#toldMs = fromMs;
    this.#fromMs = fromMs;
  }

  #tellUntil(positionMs: number, reason: AudioDropped['reason']): void {
    if (positionMs <= this.#toldMs) return;
    this.#lose(positionMs - this.#toldMs, reason);
    this.#toldMs = positionMs;
  }

  #tellGap(): void {
    const { milliseconds } = this.#gap;
    this.#gap = { milliseconds: 0, fromMs: Infinity };
    this.#lose(milliseconds, 'backlog');
  }

  #lose(droppedMs: number, reason: AudioDropped['reason']): void {
    if (droppedMs < leastMs) return;
    this.#totalMs += droppedMs;
    this.#tell({ type: 'audio-dropped', droppedMs, totalMs: this.#totalMs, reason });
  }
}
