import type { Mode } from '../../job.ts';
import type { Talker } from '../../realtime/talker.ts';

/** Opens a stream of speech to text; it may not be connected yet. */
export type Listen = (baseURL: string, transcribed: () => void) => Promise<Pick<Talker, 'push'>>;

export const listeners: Readonly<Partial<Record<Mode, () => Promise<{ listen: Listen }>>>> = {
  raw: () => import('./raw.ts'),
  floor: () => import('./floor.ts'),
  ours: () => import('./ours.ts'),
  upstream: () => import('./upstream.ts'),
};

export const model = 'gpt-4o-mini-transcribe';
