import { AudioLoss, type LossListener } from './audio-loss.ts';
import { Deadline } from './clock.ts';
import { HIGH_WATER_BYTES, MAX_AUDIO_BACKLOG_MS, MAX_CONTROL_BACKLOG_BYTES } from './limits.ts';
import { Outbox, type Leftovers } from './outbox.ts';
import type { PhysicalSocket } from './physical-socket.ts';
import type { Clock } from './runtime.ts';
import type { Frame, SendOptions } from './types.ts';

export interface SenderOptions {
  maxAudioBacklogMs?: number | (() => number);
  maxControlBacklogBytes?: number;
  highWaterBytes?: number;
}

/** Who sends. Dropped audio is told in portions. */
export interface SenderOwner extends LossListener {
  /** Nothing of what waits could go out for so long: whoever is there does not read. */
  stuck(forMs: number): void;
}

/** A line that is merely slow lets something pass in this time. */
const longestBlockMs = 30_000;

/** What became of a frame. `overflow`: there is no room for it, and it must not be lost silently. */
export type Sent = 'sent' | 'queued' | 'dropped' | 'overflow';

/** The way out of a session: straight to the socket while the way is clear, through the outbox while it is not. */
export class Sender {
  readonly #highWaterBytes: number;
  readonly #outbox: Outbox;
  readonly #loss: AudioLoss;
  readonly #clock: Clock;
  readonly #owner: SenderOwner;
  /** Made when the way is first blocked, which it hardly ever is. */
  #blocked: Deadline | undefined;
  readonly #sendNow = (frame: Frame, audioMs: number | undefined): boolean => {
    if (this.#socket === undefined || this.#held) return false;
    if (this.#socket.backlogBytes >= this.#highWaterBytes) {
      this.#waitForRoom();
      return false;
    }
    this.#blocked?.disarm();
    return this.#socket.send(frame, audioMs);
  };
  #socket: PhysicalSocket | undefined;
  #epoch = 0;
  /** The socket is not to be sent anything yet. */
  #held = false;
  #closed = false;
  #waiters: (() => void)[] = [];

  constructor(clock: Clock, options: SenderOptions, owner: SenderOwner) {
    const { maxAudioBacklogMs = MAX_AUDIO_BACKLOG_MS, maxControlBacklogBytes = MAX_CONTROL_BACKLOG_BYTES } = options;
    this.#clock = clock;
    this.#owner = owner;
    this.#highWaterBytes = options.highWaterBytes ?? HIGH_WATER_BYTES;
    this.#outbox = new Outbox({ maxAudioMs: maxAudioBacklogMs, maxControlBytes: maxControlBacklogBytes });
    this.#loss = new AudioLoss(owner);
  }

  /** Audio dropped so far, in milliseconds. */
  get droppedAudioMs(): number {
    return this.#loss.totalMs;
  }

  /** Audio that waits, in milliseconds. */
  get waitingAudioMs(): number {
    return this.#outbox.audioMs;
  }

  send(frame: Frame, options: SendOptions | undefined): Sent {
    const audioMs = options?.audioMs;
    if (this.#closed) {
      if (audioMs !== undefined) this.#loss.add(audioMs, 'closed');
      return 'dropped';
    }
    if (this.#outbox.isEmpty && this.#sendNow(frame, audioMs)) return 'sent';
    const scope = options?.scope ?? (audioMs === undefined ? 'epoch' : 'session');
    // Without a socket, a frame is meant for the next one.
    const epoch = scope === 'session' ? undefined : this.#socket === undefined ? this.#epoch + 1 : this.#epoch;
    if (audioMs === undefined) return this.#outbox.pushControl(frame, epoch) ? 'queued' : 'overflow';
    this.#loss.add(this.#outbox.pushAudio(frame, audioMs, epoch), 'backlog');
    return audioMs > this.#outbox.maxAudioMs ? 'dropped' : 'queued';
  }

  /** A socket takes over. What waits goes out with {@link flush}, and if it is `held` with {@link release}. */
  attach(socket: PhysicalSocket, epoch: number, held = false): void {
    this.#socket = socket;
    this.#epoch = epoch;
    this.#held = held;
  }

  /** The socket may be sent to. */
  release(): void {
    this.#held = false;
    this.flush();
  }

  /** The socket is gone; returns what meant something only there and never left. */
  detach(): Leftovers {
    this.#socket = undefined;
    this.#blocked?.disarm();
    return this.#outbox.endEpoch(this.#epoch);
  }

  /** A socket is gone with this much audio: under way, so that nobody knows whether it was heard, or waiting to be sent there. */
  lost(inFlightMs: number, waitingMs: number = 0): void {
    this.#loss.report('backlog');
    this.#loss.add(inFlightMs, 'in-flight');
    this.#loss.report('in-flight');
    this.#loss.add(waitingMs, 'reconnect');
    this.#loss.report('reconnect');
  }

  flush(): void {
    if (!this.#outbox.isEmpty) {
      this.#outbox.flush(this.#sendNow);
      if (this.#outbox.isEmpty) this.#loss.report('backlog');
    }
    if (this.#isDrained()) this.#settle();
  }

  drained(): Promise<void> {
    if (this.#isDrained()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Nothing goes out any more. Returns the control frames that never did. */
  close(): Frame[] {
    this.#closed = true;
    this.#socket = undefined;
    this.#blocked?.disarm();
    const { undelivered, droppedMs } = this.#outbox.clear();
    this.#loss.add(droppedMs, 'closed');
    this.#loss.report('closed');
    this.#settle();
    return undelivered;
  }

  #waitForRoom(): void {
    this.#blocked ??= new Deadline(this.#clock, () => {
      // While we do not read ourselves, we cannot know.
      if (this.#socket?.isPaused === false) this.#owner.stuck(longestBlockMs);
    });
    if (!this.#blocked.armed) this.#blocked.arm(longestBlockMs);
  }

  #isDrained(): boolean {
    return this.#closed || (this.#outbox.isEmpty && (this.#socket?.bufferedAmount ?? 0) === 0);
  }

  #settle(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
