import { plainEar, type Ear, type Listener } from '@patchbay/loopback';
import { groupSamples, readStamp } from '../soak/stamp.ts';

/** Groups of samples that make a word: a quarter of a second. */
const wordGroups = 750;

/**
 * An ear that understands stamped sound: its words are counts of groups, from and to, so that a transcript says by
 * itself what of the speech came through. Everything else is left to the plain ear.
 */
export class UnderstandingEar implements Ear {
  /** Samples that are neither stamps nor silence. */
  strange = 0;

  async listen(options: { sampleRate: number }): Promise<Listener> {
    const plain = await plainEar.listen(options);
    return new UnderstandingListener(plain, () => (this.strange += groupSamples));
  }

  async close(): Promise<void> {}
}

class UnderstandingListener implements Listener {
  readonly #plain: Listener;
  readonly #strange: () => void;
  #rest: Int16Array = new Int16Array(0);
  /** The word under way. */
  #word: { from: number; to: number } | undefined;

  constructor(plain: Listener, strange: () => void) {
    this.#plain = plain;
    this.#strange = strange;
  }

  push(samples: Int16Array): string[] {
    const all = new Int16Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    const words = this.#plain.push(samples);
    const whole = all.length - (all.length % groupSamples);
    for (let at = 0; at < whole; at += groupSamples) words.push(...this.#read(all, at));
    this.#rest = all.slice(whole);
    return words;
  }

  reset(): void {
    this.#plain.reset();
  }

  async finish(): Promise<string[]> {
    return [...this.#takeWord(), ...(await this.#plain.finish())];
  }

  close(): void {
    this.#plain.close();
  }

  #read(samples: Int16Array, at: number): string[] {
    const read = readStamp(samples, at);
    if (read === undefined) this.#strange();
    if (read === undefined || read === 'silence') return [];
    const { group } = read;
    const word = this.#word;
    if (word?.to === group && group - word.from < wordGroups) {
      word.to++;
      return [];
    }
    const words = this.#takeWord();
    this.#word = { from: group, to: group + 1 };
    return words;
  }

  #takeWord(): string[] {
    const word = this.#word;
    this.#word = undefined;
    return word === undefined ? [] : [`${word.from}-${word.to} `];
  }
}

/** What a transcript says was heard. */
export function groupsIn(transcript: string): [from: number, to: number][] {
  return [...transcript.matchAll(/(\d+)-(\d+)/g)].map(([, from, to]) => [Number(from), Number(to)]);
}
