import { AsyncIterableQueue } from '@livekit/agents';

/**
 * An input that keeps nothing: what is put into it is taken at once. LiveKit's own would hold each frame, and wake a
 * reader for it.
 */
export class DirectInput<Item> extends AsyncIterableQueue<Item> {
  readonly #take: (item: Item) => void;

  constructor(take: (item: Item) => void) {
    super();
    this.#take = take;
  }

  override put(item: Item): void {
    if (this.closed) throw new Error('Queue is closed');
    this.#take(item);
  }
}
