import { words } from '../mind/words.ts';
import { place } from '../realtime/message-writer.ts';
import type { SpokenWord } from '../realtime/conversation.ts';

interface Utterance {
  samples: Int16Array;
  words: SpokenWord[];
  /** Samples that are out. */
  said: number;
}

/** What goes out in one step: always the same length, silence where nothing is said. */
export interface Step {
  samples: Int16Array;
  /** Words that begin in it; their times count from the beginning of the step. */
  words: SpokenWord[];
}

/** What a session has to say. It never stops: between utterances it says silence. */
export class Mouth {
  readonly #sampleRate: number;
  readonly #queue: Utterance[] = [];

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  get speaking(): boolean {
    return this.#queue.length > 0;
  }

  say(text: string, samples: Int16Array): void {
    const endMs = (samples.length * 1_000) / this.#sampleRate;
    this.#queue.push({ samples, words: place(words(text), 0, endMs), said: 0 });
  }

  /** Somebody else speaks: the rest is never said. */
  interrupt(): void {
    this.#queue.length = 0;
  }

  step(length: number): Step {
    const step: Step = { samples: new Int16Array(length), words: [] };
    for (let filled = 0; filled < length && this.#queue[0];) {
      const utterance = this.#queue[0];
      const piece = utterance.samples.subarray(utterance.said, utterance.said + length - filled);
      step.samples.set(piece, filled);
      const offsetMs = this.#milliseconds(filled - utterance.said);
      utterance.said += piece.length;
      filled += piece.length;
      const doneMs = this.#milliseconds(utterance.said);
      while (utterance.words[0] && utterance.words[0].startMs < doneMs) {
        const { text, startMs, endMs } = utterance.words.shift()!;
        step.words.push({ text, startMs: startMs + offsetMs, endMs: endMs + offsetMs });
      }
      if (utterance.said >= utterance.samples.length) this.#queue.shift();
    }
    return step;
  }

  #milliseconds(samples: number): number {
    return (samples * 1_000) / this.#sampleRate;
  }
}
