import type { Mode } from '../job.ts';
import type { OpenTalker } from './talker.ts';

/** Each mode alone, so that no other's code is loaded. */
export const openers: Readonly<Record<Mode, () => Promise<{ open: OpenTalker }>>> = {
  wire: () => import('./wire.ts'),
  raw: () => import('./raw.ts'),
  floor: () => import('./floor.ts'),
  ours: () => import('./ours.ts'),
  upstream: () => import('./upstream.ts'),
};
