import { llm } from '@livekit/agents';

/** Where chunks go: LiveKit's queue of one stream. */
export interface ChunkSink {
  put(chunk: llm.ChatChunk): void;
}

/**
 * What one attempt has handed to LiveKit so far. It knows the two things that every failure turns on: whether
 * anything reached the caller, so that a retry would repeat it, and whether anybody still listens.
 */
export class Reply {
  readonly #sink: ChunkSink;
  readonly #signal: AbortSignal;
  readonly #scrub: (text: string) => string;
  #id = '';
  #cleanId = '';
  #delivered = false;
  #counted = false;
  #words = '';
  #wordsId = '';
  /** One function for all reads: a closure per piece would be garbage on the hot path. */
  readonly #atEndOfRead = (): void => this.flush();

  /** `scrub`: takes out of ids what a service may have put there; they end up in metrics. */
  constructor(sink: ChunkSink, signal: AbortSignal, scrub: (text: string) => string = (text) => text) {
    this.#sink = sink;
    this.#signal = signal;
    this.#scrub = scrub;
  }

  /** Text or a tool call was handed over; from then on nothing may be tried again. */
  get delivered(): boolean {
    return this.#delivered;
  }

  put(chunk: llm.ChatChunk): void {
    // LiveKit closes its queues on abort, and a closed queue throws.
    if (this.#signal.aborted) return;
    this.flush();
    if (llm.hasResponse(chunk)) this.#delivered = true;
    this.#sink.put(this.#cleaned(chunk));
  }

  /** One id is every piece's. */
  #cleaned(chunk: llm.ChatChunk): llm.ChatChunk {
    if (chunk.id !== this.#id) [this.#id, this.#cleanId] = [chunk.id, this.#scrub(chunk.id)];
    return this.#cleanId === chunk.id ? chunk : { ...chunk, id: this.#cleanId };
  }

  /**
   * Some words. Those that arrive in one read of a socket are handed over as one chunk, in the microtask that follows the
   * read: each chunk wakes several loops of LiveKit's, and nobody could have had the first words any sooner.
   */
  text(id: string, content: string): void {
    if (content === '' || this.#signal.aborted) return;
    this.#delivered = true;
    if (id !== this.#wordsId) this.flush();
    if (this.#words === '') queueMicrotask(this.#atEndOfRead);
    this.#wordsId = id;
    this.#words += content;
  }

  /** Hands over the words that wait for the end of their read. Whatever comes behind them does this first. */
  flush(): void {
    const content = this.#words;
    if (content === '') return;
    this.#words = '';
    if (!this.#signal.aborted)
      this.#sink.put(this.#cleaned({ id: this.#wordsId, delta: { role: 'assistant', content } }));
  }

  /** One tool call. Models send an empty string for "no arguments"; LiveKit parses it as JSON. */
  call(
    id: string,
    call: { callId: string; name: string; args: string; id?: string; extra?: Record<string, unknown> },
  ): void {
    const toolCalls = [llm.FunctionCall.create({ ...call, args: call.args.trim() === '' ? '{}' : call.args })];
    this.put({ id, delta: { role: 'assistant', toolCalls } });
  }

  /** What belongs to the message without being speech: LiveKit keeps it for the next request. */
  extra(id: string, extra: Record<string, unknown>): void {
    this.put({ id, delta: { role: 'assistant', extra } });
  }

  /** Token counts, once: LiveKit adds nothing up, and servers repeat themselves. */
  usage(id: string, usage: llm.CompletionUsage): void {
    if (this.#counted) return;
    this.#counted = true;
    this.put({ id, usage });
  }
}
