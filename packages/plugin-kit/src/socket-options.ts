import type { Frame } from '@patchbay/ws-session';
import { NextPause, type NextPauseOwner } from './next-pause.ts';
import type { SpeechToTextWire } from './speech-to-text-wire.ts';
import type { StreamingSTTDescription } from './streaming-stt.ts';

/** What {@link SocketOptions} need of the stream that they belong to. */
export interface SocketOptionsOwner<Options> extends NextPauseOwner {
  readonly description: Readonly<Pick<StreamingSTTDescription<Options>, 'connection' | 'modelOf' | 'queryOf'>>;
  readonly wire: SpeechToTextWire<Options>;
  send(frame: Frame): void;
}

/**
 * The options of a stream, and what its sockets know of them: from their URL, from their first message, from later ones.
 * A change that only another socket can be told waits for the {@link NextPause}.
 */
export class SocketOptions<Options extends object> {
  readonly #owner: SocketOptionsOwner<Options>;
  readonly #pause: NextPause;
  #now: Readonly<Options>;
  /** What the URL of the latest socket was made of. */
  #dialledWith: Readonly<Options>;
  /** What the open socket knows; `undefined`: there is none. */
  #told: Readonly<Options> | undefined;

  constructor(options: Readonly<Options>, owner: SocketOptionsOwner<Options>) {
    this.#now = options;
    this.#dialledWith = options;
    this.#owner = owner;
    this.#pause = new NextPause(owner);
  }

  get now(): Readonly<Options> {
    return this.#now;
  }

  /** A socket is dialled, with what holds now. */
  dialled(): Readonly<Options> {
    this.#dialledWith = this.#now;
    return this.#now;
  }

  /** A socket is open. `false`: what its URL says holds no more, and another one is on its way. */
  opened(): boolean {
    const change = this.#sinceDialled();
    if (change === 'reconnect') this.#owner.reconnect();
    else this.#tell(change);
    return change !== 'reconnect';
  }

  change(options: Readonly<Options>): void {
    this.#now = options;
    if (this.#told === undefined) return;
    const change = this.#changeFrom(this.#told);
    if (change === 'reconnect') return this.#pause.wait();
    this.#pause.cancel();
    this.#tell(change);
  }

  /** Somebody may have fallen silent. */
  look(): void {
    this.#pause.look();
  }

  /** The socket is gone. */
  lost(): void {
    this.#told = undefined;
    this.#pause.cancel();
  }

  #tell(frames: readonly Frame[]): void {
    this.#told = this.#now;
    for (const frame of frames) this.#owner.send(frame);
  }

  #changeFrom(before: Readonly<Options>): readonly Frame[] | 'reconnect' {
    const { description, wire } = this.#owner;
    return wire.update?.(before, { connection: description.connection, options: this.#now }) ?? 'reconnect';
  }

  #sinceDialled(): readonly Frame[] | 'reconnect' {
    const { connection, modelOf, queryOf } = this.#owner.description;
    const before = this.#dialledWith;
    if (before === this.#now) return [];
    if (queryOf !== undefined) return this.#changeFrom(before);
    const isNamed = connection.modelIn === 'url' || connection.modelIn === 'both';
    return isNamed && modelOf?.(before) !== modelOf?.(this.#now) ? 'reconnect' : [];
  }
}
