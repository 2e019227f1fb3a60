import type { llm } from '@livekit/agents';
import type { ChunkSink } from './request-llm-reply.ts';

/** A trace of a reply that is broken off lacks the words of fewer than these. */
const piecesAtOnce = 16;

/**
 * What one attempt says. Listeners have it at once. LiveKit's own loop, through which it would go to them otherwise, takes
 * the time to the first word, counts and traces: it is told the first words as they come, and those that follow in larger
 * pieces, for every piece wakes it.
 */
export class ReplyChunks implements ChunkSink {
  readonly #listeners: ChunkSink;
  readonly #metrics: ChunkSink;
  #hasBegun = false;
  #id = '';
  #words = '';
  #pieces = 0;

  constructor(listeners: ChunkSink, metrics: ChunkSink) {
    this.#listeners = listeners;
    this.#metrics = metrics;
  }

  put(chunk: llm.ChatChunk): void {
    this.#listeners.put(chunk);
    const words = wordsAlone(chunk);
    if (!this.#hasBegun || words === undefined || chunk.id !== this.#id) {
      this.flush();
      this.#hasBegun ||= words !== undefined;
      this.#id = chunk.id;
      this.#metrics.put(chunk);
      return;
    }
    this.#words += words;
    if (++this.#pieces === piecesAtOnce) this.flush();
  }

  /** Tells what is left. */
  flush(): void {
    const content = this.#words;
    this.#words = '';
    this.#pieces = 0;
    if (content === '') return;
    this.#metrics.put({ id: this.#id, delta: { role: 'assistant', content } });
  }
}

/** `undefined`: there is something else in it. */
function wordsAlone({ delta, usage }: llm.ChatChunk): string | undefined {
  return usage === undefined && delta?.toolCalls === undefined && delta?.extra === undefined
    ? delta?.content
    : undefined;
}
