import type { Mind } from '@patchbay/loopback';
import type { Delivery } from './expectation.ts';

/** What is asked or said, and what must come of it. Long enough for faults in the middle, short enough to be quick. */
export const question = 'good morning';
export const tale = 'Once upon a time a keeper kept a garden of radios by the sea.';

/** The mind of every cloud: it tells the tale, whatever it is asked, and knows how much of it. */
export class Storyteller implements Mind {
  /** Goes on until it is stopped. */
  endless = false;
  /** Words so far. */
  said = 0;

  async *reply({ signal }: Parameters<Mind['reply']>[0]): ReturnType<Mind['reply']> {
    const words = tale.match(/\S+\s*/g) ?? [];
    do {
      for (const text of words) {
        if (signal.aborted) return;
        this.said++;
        yield { type: 'text', text };
      }
    } while (this.endless && this.said < 1_000);
  }
}

/** How much of what was to come has come; `garbled` if it is something else. */
export function deliveryOf(wanted: string, got: string): { delivers: Delivery; garbled?: string } {
  const text = got.trim();
  if (text === wanted) return { delivers: 'all' };
  if (text === '') return { delivers: 'nothing' };
  return wanted.startsWith(text) ? { delivers: 'part' } : { delivers: 'part', garbled: text };
}
