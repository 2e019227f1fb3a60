/** How a model marks thoughts inside its text. */
export type ThinkTags = readonly [start: string, end: string];

const common: ThinkTags = ['<think>', '</think>'];

/** Models with marks of their own, as LiveKit's inference knows them. */
const special: Readonly<Record<string, ThinkTags>> = {
  'google/gemma-4-31b-it': ['<|channel>thought', '<channel|>'],
};

export function thinkTagsOf(model: string): ThinkTags {
  return special[model] ?? common;
}

/**
 * Takes thoughts out of a text that comes in pieces: a caller must not hear them. A piece may end in the middle of a
 * mark, so what could be the beginning of one is kept until the next piece decides.
 */
export class ThoughtFilter {
  readonly #tags: ThinkTags;
  #kept = '';
  #thinking = false;

  constructor(tags: ThinkTags) {
    this.#tags = tags;
  }

  /** A thought has begun and not ended. */
  get thinking(): boolean {
    return this.#thinking;
  }

  /** What of the text so far is for the caller and was not given out yet. */
  push(piece: string): string {
    let text = this.#kept + piece;
    let visible = '';
    for (;;) {
      const mark = this.#tags[this.#thinking ? 1 : 0];
      const at = text.indexOf(mark);
      if (at < 0) {
        const open = openEnd(text, mark);
        if (!this.#thinking) visible += text.slice(0, text.length - open);
        this.#kept = text.slice(text.length - open);
        return visible;
      }
      if (!this.#thinking) visible += text.slice(0, at);
      text = text.slice(at + mark.length);
      this.#thinking = !this.#thinking;
    }
  }

  /** The text is over: the beginning of a mark that never came was text. A thought without an end stays one. */
  end(): string {
    const rest = this.#thinking ? '' : this.#kept;
    this.#kept = '';
    this.#thinking = false;
    return rest;
  }
}

/** How many characters at the end of the text may be the beginning of the mark. */
function openEnd(text: string, mark: string): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
