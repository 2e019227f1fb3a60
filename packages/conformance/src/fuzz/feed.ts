import { Arbitraries } from './arbitraries.ts';
import { mutateBytes } from './bytes.ts';
import { mutateJson } from './json.ts';
import { Random } from './random.ts';

/** Text, or bytes that are none. */
export type Frame = string | Buffer;

export interface FeedOptions {
  seed: number;
  /** How many frames are wanted. */
  frames: number;
  /** Real ones, in the order of a real conversation. */
  recorded: readonly Frame[];
  onDelivered?: (delivered: number) => void;
}

/** The newest frames, for whoever has to find out which one it was. */
const keptFrames = 3;

/**
 * An endless stream of frames, most of them wrong. A conversation is played back, over and over, so that a decoder gets
 * into every state that it has; on the way frames are left alone, damaged, doubled, lost, mixed up or replaced by others
 * that are made from nothing.
 */
export class Feed {
  readonly random: Random;
  readonly #recorded: readonly Frame[];
  readonly #texts: readonly string[];
  readonly #arbitraries: Arbitraries;
  readonly #onDelivered: (delivered: number) => void;
  readonly #frames: number;
  #position = 0;
  #delivered = 0;
  #newest: Frame[] = [];

  constructor({ seed, frames, recorded, onDelivered = () => {} }: FeedOptions) {
    this.random = new Random(seed);
    this.#frames = frames;
    this.#recorded = recorded;
    this.#texts = recorded.filter((frame) => typeof frame === 'string');
    this.#arbitraries = new Arbitraries(seed, this.#texts);
    this.#onDelivered = onDelivered;
  }

  /** Frames that are still to be delivered. */
  get left(): number {
    return Math.max(0, this.#frames - this.#delivered);
  }

  get newest(): readonly Frame[] {
    return this.#newest;
  }

  /** So many have reached the decoder. */
  delivered(count = 1): void {
    this.#delivered += count;
    this.#onDelivered(this.#delivered);
  }

  /** The conversation begins anew, as it does on a fresh connection. */
  restart(): void {
    this.#position = 0;
  }

  next(): Frame {
    const frame = this.#make();
    this.#newest.push(frame);
    if (this.#newest.length > keptFrames) this.#newest.shift();
    return frame;
  }

  /** The next one as text. */
  text(): string {
    const frame = this.next();
    return typeof frame === 'string' ? frame : frame.toString('utf8');
  }

  /** The next one as bytes. */
  bytes(): Buffer {
    return Buffer.from(this.next());
  }

  #make(): Frame {
    const { random } = this;
    const roll = random.next();
    if (roll < 0.1) return this.#arbitraries.next();
    if (roll < 0.12) return random.bytes(random.below(200));
    const real = this.#real();
    if (roll < 0.4) return real;
    if (typeof real === 'string' && roll < 0.85) return mutateJson(real, random, this.#texts);
    const damaged = mutateBytes(Buffer.from(real), random);
    // Most text stays text: a peer that breaks UTF-8 is cut off before any decoder sees it.
    return typeof real === 'string' && random.chance(0.95) ? damaged.toString('utf8') : damaged;
  }

  #real(): Frame {
    const roll = this.random.next();
    if (roll < 0.05) return this.random.pick(this.#recorded);
    if (roll < 0.08) this.#position += 1;
    else if (roll < 0.1) this.#position = Math.max(0, this.#position - 1);
    const frame = this.#recorded[this.#position % this.#recorded.length] as Frame;
    this.#position += 1;
    return frame;
  }
}
