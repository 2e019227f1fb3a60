import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Mode } from '../../job.ts';
import type { speechFrames } from '../../speech-frames.ts';
import type { Ear, OpenEar } from './ear.ts';

/** Each is loaded where it is measured only. */
export const ears: Readonly<Record<Mode, () => Promise<{ open: OpenEar }>>> = {
  wire: () => import('./wire.ts'),
  raw: () => import('./raw.ts'),
  floor: () => import('./floor.ts'),
  ours: () => import('./ours.ts'),
  upstream: () => import('./upstream.ts'),
};

/** Counts turns that were heard to their end. */
export class Talk {
  turns = 0;
  last = '';
  interims = 0;
  words = 0;
  readonly #messagesPerTurn: number;
  #messages = 0;
  #heard: (() => void) | undefined;

  constructor(messagesPerTurn: number) {
    this.#messagesPerTurn = messagesPerTurn;
  }

  async turn(ear: Ear, frames: ReturnType<typeof speechFrames>): Promise<void> {
    const heard = new Promise<void>((resolve) => (this.#heard = resolve));
    for (const frame of frames) {
      ear.push(frame);
      await nextTurn();
    }
    await heard;
  }

  interim(): void {
    this.interims++;
  }

  final(text: string, words: readonly unknown[]): void {
    this.last = text;
    this.words += words.length;
    this.turns++;
    this.#heard?.();
  }

  message(): void {
    if (++this.#messages % this.#messagesPerTurn === 0) this.final('', []);
  }
}
