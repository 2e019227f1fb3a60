import type { Clock, Expectation, Frame, Link } from '@patchbay/ws-session';
import { PcmChunker } from './pcm-chunker.ts';
import type { RealtimeSettings } from './realtime-settings.ts';
import { SignOfLife } from './sign-of-life.ts';
import { UnheardSpeech } from './unheard-speech.ts';

/** What the caller's audio needs of its session. */
export interface RealtimeInputOptions {
  clock: Clock;
  settings: RealtimeSettings;
  /** The frame that carries a chunk of PCM. */
  encode(bytes: Uint8Array): Frame;
  /** Sends or queues it. `false`: nobody will hear it. */
  send(frame: Frame, milliseconds: number): boolean;
  /** Whether a socket is there. */
  isOpen(): boolean;
  /** Asks the provider for something that it must answer. `undefined`: there is nobody to ask. */
  ask(): Expectation | undefined;
}

/** The caller's audio on its way to the provider. A session has it from the first frame on: until then there is nothing to keep. */
export class RealtimeInput {
  /** What is said again on the next socket, where the provider makes turns of its input. */
  readonly unheard: UnheardSpeech | undefined;
  /** Takes the frames. */
  readonly chunker: PcmChunker;
  readonly #options: RealtimeInputOptions;
  readonly #signOfLife: SignOfLife;
  #pushedMs = 0;

  constructor(options: RealtimeInputOptions) {
    const { clock, settings } = options;
    this.#options = options;
    this.unheard = settings.repeatsSpeech === true ? new UnheardSpeech(clock) : undefined;
    this.#signOfLife = new SignOfLife(clock, options);
    this.chunker = new PcmChunker({
      sampleRate: settings.sampleRate,
      chunkMs: settings.chunkMs ?? 100,
      onChunk: (bytes, milliseconds) => this.#send(bytes, milliseconds),
    });
  }

  /** Milliseconds handed to the provider since the last commit, clear or new socket. */
  get pushedMs(): number {
    return this.#pushedMs;
  }

  /** Sends what is left of the last chunk. */
  flush(): void {
    this.chunker.flush();
  }

  /** Forgets it. */
  reset(): void {
    this.chunker.reset();
  }

  /** The provider took what its input buffer held; `confirmed`: it said so itself. */
  taken(confirmed: boolean): void {
    this.unheard?.taken({ confirmed });
    this.#pushedMs = 0;
  }

  /** The provider said anything at all. */
  received(): void {
    this.#signOfLife.received();
  }

  /** A socket is open: it is told what the caller was saying when the last one was lost. Returns how much that was, in milliseconds. */
  opened(link: Link): number {
    const saidMs = this.unheard?.sayAgain(link, (bytes) => this.#options.encode(bytes)) ?? 0;
    this.#pushedMs += saidMs;
    return saidMs;
  }

  /** The socket is gone; so much of what was pushed waits for the next one. */
  lost(waitingMs: number): void {
    this.#pushedMs = 0;
    this.#signOfLife.lost();
    this.unheard?.lost(waitingMs);
  }

  #send(bytes: Uint8Array, milliseconds: number): void {
    if (!this.#options.send(this.#options.encode(bytes), milliseconds)) return;
    this.unheard?.push(bytes, milliseconds);
    this.#pushedMs += milliseconds;
    if (this.#options.isOpen()) this.#signOfLife.sent(this.unheard?.isOwed ?? false, this.#pushedMs);
  }
}
