import type { ConnectionEvent } from '@patchbay/ws-session';

type AudioDropped = Extract<ConnectionEvent, { type: 'audio-dropped' }>;

/** What of a session's audio nobody will hear. What the next socket is told again is not lost, unless that comes to nothing. */
export class LostAudio {
  readonly #tell: (event: AudioDropped) => void;
  #totalMs = 0;
  /** What had to be given up while there was no socket. */
  #untoldMs = 0;
  /** What the next socket hears again of the last that was sent, as far as it has not been reported as lost. */
  #repeatableMs = 0;
  /** What was reported as lost, and told to nobody because the next socket hears it again. */
  #promisedMs = 0;
  /** What the last socket had heard at its end, and owed words for. */
  #owedMs = 0;
  /** What it was sent after the last of which it is known that it was heard. */
  #unprovenMs = Infinity;
  #wasHeard = false;

  constructor(tell: (event: AudioDropped) => void) {
    this.#tell = tell;
  }

  /**
   * The socket is gone. Of the last that it was sent, so much is kept for the next one, for so much it owed words, and no
   * more than so much can it have missed.
   */
  closed(keptMs: number, owedMs: number = 0, unprovenMs: number = Infinity): void {
    this.#wasHeard = false;
    this.#owedMs = owedMs;
    this.#unprovenMs = unprovenMs;
    this.#repeatableMs = keptMs;
    this.#promisedMs = 0;
  }

  /** The socket went because its end was asked for, and so heard everything before that. */
  heard(): void {
    this.#wasHeard = true;
  }

  /** The session below lost audio: with the last socket, if it is not the line that was too slow. */
  reported({ droppedMs: reportedMs, reason }: AudioDropped): void {
    if (reason === 'in-flight' && this.#wasHeard) return;
    // Words of a turn prove what no pong has acknowledged yet.
    const droppedMs = reason === 'in-flight' ? Math.min(reportedMs, this.#unprovenMs) : reportedMs;
    if (reason === 'in-flight') this.#unprovenMs -= droppedMs;
    const repeatedMs = reason === 'backlog' || reason === 'closed' ? 0 : Math.min(droppedMs, this.#repeatableMs);
    this.#repeatableMs -= repeatedMs;
    this.#promisedMs += repeatedMs;
    this.#lose(droppedMs - repeatedMs, reason);
  }

  /** Nobody will ever hear so much; told once per outage. */
  giveUp(milliseconds: number): void {
    this.#untoldMs += milliseconds;
  }

  /** A socket is open, and was told again so much of the last that its predecessor was sent. */
  opened(repeatedMs: number): void {
    this.giveUp(Math.max(0, Math.max(this.#promisedMs, this.#owedMs) - repeatedMs));
    // A predecessor that we closed ourselves may be reported only now.
    this.#repeatableMs = Math.max(0, repeatedMs - this.#promisedMs);
    this.#promisedMs = this.#owedMs = 0;
    this.#settle('reconnect');
  }

  /** There will be no other socket. */
  ended(): void {
    this.giveUp(Math.max(this.#promisedMs, this.#owedMs));
    this.closed(0);
    this.#settle('closed');
  }

  #settle(reason: AudioDropped['reason']): void {
    const droppedMs = this.#untoldMs;
    this.#untoldMs = 0;
    this.#lose(droppedMs, reason);
  }

  #lose(droppedMs: number, reason: AudioDropped['reason']): void {
    if (droppedMs === 0) return;
    this.#totalMs += droppedMs;
    this.#tell({ type: 'audio-dropped', droppedMs, totalMs: this.#totalMs, reason });
  }
}
