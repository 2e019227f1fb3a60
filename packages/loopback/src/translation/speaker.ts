interface Word {
  text: string;
  /** Where it begins, in samples of all that was ever said. */
  at: number;
}

/** What is to be said, in the order in which it was translated: samples, and the words where they belong. */
export class Speaker {
  #samples: Int16Array[] = [];
  #words: Word[] = [];
  #added = 0;
  #taken = 0;

  /** There is something left to say. */
  get isBusy(): boolean {
    return this.#taken < this.#added;
  }

  /** Fragments of a transcript carry their spacing in front: the stream has no other boundary between utterances. */
  add(text: string, samples: Int16Array): void {
    const fragments = text.match(/\s*\S+/g) ?? [];
    let letters = 0;
    for (const fragment of fragments) {
      const at = this.#added + Math.floor((samples.length * letters) / text.length);
      const glued = letters === 0 && this.#added > 0;
      this.#words.push({ text: glued ? ` ${fragment}` : fragment, at });
      letters += fragment.length;
    }
    this.#samples.push(samples);
    this.#added += samples.length;
  }

  /** The next stretch: as long as asked, silent where there is nothing to say, and the words that begin in it. */
  take(count: number): { audio: Int16Array; words: string[] } {
    const audio = new Int16Array(count);
    let filled = 0;
    while (filled < count && this.#samples.length > 0) {
      const [next, ...rest] = this.#samples as [Int16Array, ...Int16Array[]];
      const part = next.subarray(0, count - filled);
      audio.set(part, filled);
      filled += part.length;
      this.#samples = part.length < next.length ? [next.subarray(part.length), ...rest] : rest;
    }
    this.#taken += filled;
    const begun = this.#words.filter(({ at }) => at < this.#taken);
    this.#words = this.#words.slice(begun.length);
    return { audio, words: begun.map(({ text }) => text) };
  }
}
