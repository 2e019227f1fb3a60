import type { Case } from '../system.ts';
import { losses } from './losses.ts';
import { refusals } from './refusals.ts';
import { traits } from './traits.ts';
import { uses } from './uses.ts';
import type { World } from './world.ts';

/** What is asked of Portkey, and of loopback's imitation of it. */
export const cases: readonly Case<World>[] = [...uses, ...refusals, ...losses, ...traits];
