import { AsyncIterableQueue } from '@livekit/agents';

interface Taker<Item> {
  take(item: Item): void;
}

/**
 * An input that keeps nothing: what is put into it is taken at once. LiveKit's own would hold each frame, and wake a
 * reader for it.
 */
export class DirectInput<Item> extends AsyncIterableQueue<Item> {
  readonly #taker: Taker<Item>;

  constructor(taker: Taker<NoInfer<Item>>) {
    super();
    this.#taker = taker;
  }

  override put(item: Item): void {
    if (this.closed) throw new Error('Queue is closed');
    this.#taker.take(item);
  }
}
