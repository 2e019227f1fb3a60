import type { Act } from '../acts.ts';
import { cutPhrase, type Outage } from './phrase.ts';
import { UnderstandingEar } from './understanding-ear.ts';

const cut = (outage: Outage): Act => ({
  ear: () => new UnderstandingEar(),
  run: async (stage) => ({ turn: await cutPhrase(stage, outage) }),
});

/** No connection for so many seconds while somebody speaks, on and on or not much longer. */
export const phraseActs: Readonly<Record<string, Act>> = {
  'phrase-3': cut({ beforeMs: 3_000, outageMs: 3_000, afterMs: 8_000 }),
  'phrase-6': cut({ beforeMs: 6_000, outageMs: 6_000, afterMs: 11_000 }),
  'phrase-12': cut({ beforeMs: 6_000, outageMs: 12_000, afterMs: 17_000 }),
  'phrase-over': cut({ beforeMs: 3_000, outageMs: 12_000, afterMs: 2_000 }),
};
