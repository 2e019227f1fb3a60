import type { tokenize } from '@livekit/agents';

/** LiveKit's, of either kind. */
export type Tokenizer = tokenize.SentenceTokenizer | tokenize.WordTokenizer;

/** Tokenizers cut the space off; without it, the next sentence would go on in the last word. */
export function spaced(token: string): string {
  return /\s$/.test(token) ? token : `${token} `;
}

/** What a tokenizer makes of one segment of text. */
export class Sentences {
  readonly #stream: tokenize.SentenceStream | tokenize.WordStream;
  readonly #read: Promise<void>;

  constructor(tokenizer: Tokenizer, onSentence: (text: string) => void) {
    const stream = tokenizer.stream();
    this.#stream = stream;
    this.#read = (async () => {
      for await (const { token } of stream) onSentence(spaced(token));
    })();
    this.#read.catch(() => {});
  }

  push(text: string): void {
    this.#stream.pushText(text);
  }

  /** Resolves when all of it came out. */
  async end(): Promise<void> {
    this.#stream.endInput();
    await this.#read;
  }
}
