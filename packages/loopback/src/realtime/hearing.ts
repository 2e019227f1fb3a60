import type { Ear, Listener } from '../voice/types.ts';

/**
 * One ear on a stream of utterances, in order: audio that arrives while the ear is still being made, or while it
 * finishes an utterance, waits its turn. Every text is told with the key of the utterance it belongs to.
 */
export class Hearing {
  readonly #onText: (text: string, key: string) => void;
  readonly #listener: Promise<Listener>;
  #ready: Listener | undefined;
  /** The end of what is under way; `undefined` when samples can be heard at once. */
  #busy: Promise<void> | undefined;
  #key: string;
  #texts: string[] = [];
  #closed = false;

  /** `key`: of the first utterance. */
  constructor(ear: Ear, sampleRate: number, key: string, onText: (text: string, key: string) => void) {
    this.#onText = onText;
    this.#key = key;
    this.#listener = ear.listen({ sampleRate });
    this.#enqueue(async () => {
      this.#ready = await this.#listener;
      if (this.#closed) this.#ready.close();
    }).catch(() => {});
  }

  push(samples: Int16Array): void {
    this.#run((listener) => this.#tell(listener.push(samples)));
  }

  /** Speech begins: what was half heard before is noise. */
  begin(): void {
    this.#run((listener) => listener.reset());
  }

  /** The utterance is over and the next one is `nextKey`. Resolves with all its text; rejects if the ear failed. */
  end(nextKey: string): Promise<string> {
    return this.#enqueue(async () => {
      const listener = await this.#listener;
      try {
        if (!this.#closed) this.#tell(await listener.finish());
        return this.#texts.join('').trim();
      } finally {
        this.#texts = [];
        this.#key = nextKey;
      }
    });
  }

  /** Forgets what was heard of the utterance. */
  forget(): void {
    this.#enqueue(async () => {
      await (await this.#listener).finish();
      this.#texts = [];
    }).catch(() => {});
  }

  close(): void {
    this.#closed = true;
    this.#ready?.close();
  }

  #tell(texts: readonly string[]): void {
    for (const text of texts) {
      this.#texts.push(text);
      this.#onText(text, this.#key);
    }
  }

  #run(task: (listener: Listener) => void): void {
    if (this.#closed) return;
    if (this.#ready && !this.#busy) return task(this.#ready);
    this.#enqueue(async () => {
      const listener = await this.#listener;
      if (!this.#closed) task(listener);
    }).catch(() => {});
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const running = (this.#busy ?? Promise.resolve()).then(task);
    const settled: Promise<void> = running.then(
      () => this.#settle(settled),
      () => this.#settle(settled),
    );
    this.#busy = settled;
    return running;
  }

  #settle(settled: Promise<void>): void {
    if (this.#busy === settled) this.#busy = undefined;
  }
}

/** Understands audio that came as a whole. */
export async function hearAll(ear: Ear, samples: Int16Array, sampleRate: number): Promise<string> {
  const listener = await ear.listen({ sampleRate });
  try {
    listener.reset();
    const texts = listener.push(samples);
    return [...texts, ...(await listener.finish())].join('').trim();
  } finally {
    listener.close();
  }
}
