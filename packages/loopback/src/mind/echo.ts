import type { Mind } from '../cloud.ts';
import { words } from './words.ts';

/** Says what the user said. */
export const echoMind: Mind = {
  async *reply({ turns }) {
    const heard = turns.findLast((turn) => turn.role === 'user' || turn.role === 'tool')?.text.trim();
    for (const text of words(heard || 'I heard nothing.')) yield { type: 'text', text };
  },
};
