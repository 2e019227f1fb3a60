import { SessionCore } from './session-core.ts';
import type { Expectation, Frame, SendOptions, SessionOptions, SessionState } from './types.ts';

/**
 * One logical connection across its physical sockets.
 *
 * Until a first socket has proved healthy by a valid event, `run` dials once and rejects (unless `redialFirst`); from
 * then on it reconnects on its budget and rejects only when that is spent or a failure is fatal. Its owner is told
 * of sockets strictly one after the other: `open`, frames, `lost`, `open`, …, also when they overlap in a rotation.
 */
export class Session {
  readonly #core: SessionCore;

  /** @throws PatchbayError `invalid-option` for a deadline that is no positive number, or an impossible agent or proxy. */
  constructor(options: SessionOptions) {
    this.#core = new SessionCore(options);
  }

  get state(): SessionState {
    return this.#core.state;
  }

  /** The physical socket in use, or the last one; they count from 1. */
  get epoch(): number {
    return this.#core.epoch;
  }

  /** Audio dropped so far, in milliseconds. */
  get droppedAudioMs(): number {
    return this.#core.droppedAudioMs;
  }

  /** Frames so far that no handler could read. */
  get malformedFrames(): number {
    return this.#core.malformedFrames;
  }

  /**
   * Dials, and keeps the connection until it is closed, the signal aborts (both resolve, once nothing is left), or it
   * is lost for good.
   *
   * @throws PatchbayError what ended it.
   */
  async run(signal?: AbortSignal): Promise<void> {
    return this.#core.run(signal);
  }

  /**
   * Sends at once if the way is clear, else queues. Never copies a frame that goes out at once.
   *
   * @returns `false` if the frame was dropped: audio longer than the whole backlog, or the session is closed.
   * @throws PatchbayError `send-overflow` when control does not fit, for nothing is lost silently; `message-too-large`
   *   or `unsupported` for a frame that the gateway would end the connection for.
   */
  send(frame: Frame, options?: SendOptions): boolean {
    return this.#core.send(frame, options);
  }

  /** A reply is owed: if nothing of it comes within `withinMs`, this socket is as good as dead. Forgotten when the socket is lost. */
  expect(label: string, withinMs: number): Expectation {
    return this.#core.expect(label, withinMs);
  }

  /** Replaces the socket in the next quiet moment, dialling before breaking. */
  rotate(reason: string): void {
    this.#core.rotate(reason);
  }

  /** Replaces the socket now. What the old one still had to say is lost. */
  reconnect(reason: string): void {
    this.#core.reconnect(reason);
  }

  /** The socket answers nothing, as its owner knows better than we do: it counts as lost. */
  abandon(what: string): void {
    this.#core.abandon(what);
  }

  /** When everything queued and handed over has left this process, or there is nowhere left to send it. */
  drained(): Promise<void> {
    return this.#core.allSent();
  }

  /** Ends it in any state, at once or after at most `deadlines.closeMs`. Resolves when no socket is left; never rejects. */
  close(): Promise<void> {
    return this.#core.close();
  }
}
