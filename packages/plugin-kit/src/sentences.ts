import { tokenize } from '@livekit/agents';
import { checkStreaming } from './check-options.ts';

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

/** The tokenizer that was given; by default LiveKit's, whose sentences have eight characters at least. */
export function tokenizerOf<Given extends Tokenizer>(
  option: string,
  given: Given | null | undefined,
): Given | tokenize.SentenceTokenizer {
  checkStreaming(option, given ?? undefined);
  return given ?? new tokenize.basic.SentenceTokenizer({ minSentenceLength: 8 });
}
