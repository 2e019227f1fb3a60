import type { Mode } from '../../job.ts';
import type { OpenMind } from './mind.ts';

/** Each is loaded where it is measured only. */
export const minds: Readonly<Record<Mode, () => Promise<{ open: OpenMind }>>> = {
  wire: () => import('./wire.ts'),
  raw: () => import('./raw.ts'),
  floor: () => import('./floor.ts'),
  ours: () => import('./ours.ts'),
  upstream: () => import('./upstream.ts'),
};
