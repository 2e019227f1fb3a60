import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the long runs came to, for docs/reliability.md; each is written by its own command with `--write`. */
export interface Figures {
  /** `pnpm faults --rounds N`. */
  faults?: { rounds: number; runs: number; failed: number; leaks: number };
  /** `pnpm faults --upstream`: cells that went as they had been measured before, and those of them that went wrong. */
  upstream?: UpstreamFigures;
  /** `pnpm fuzz`, a run per seed. */
  fuzz?: readonly FuzzFigures[];
  /** `pnpm soak`. */
  soak?: SoakFigures;
}

export interface UpstreamFigures {
  asExpected: number;
  otherwise: number;
  /** By outcome: crashed, hangs, silent and what else nobody wants. */
  outcomes: Readonly<Record<string, number>>;
}

export interface FuzzFigures {
  seed: number;
  frames: number;
  decoders: number;
  failed: number;
  /** The most that the heap of a process grew from its first frames to its last, in MiB. */
  heapGrowthMiB: number;
}

export interface SoakFigures {
  seed: number;
  sessions: Readonly<Record<string, number>>;
  sessionHours: number;
  rotations: number;
  reconnects: number;
  /** Sessions hit by a fault, and how many kinds of faults there were. */
  hits: number;
  faults: number;
  samples: Readonly<Record<'sent' | 'received' | 'dropped' | 'unaccounted', number>>;
  /** What the first full census and the last one counted. */
  census: readonly Readonly<Record<'hour' | 'heapMB' | 'timers' | 'sockets' | 'listeners', number>>[];
  breaches: number;
  wallMinutes: number;
}

const file = join(import.meta.dirname, '../figures.json');

/** What was kept last; nothing if nothing was. */
export async function readFigures(): Promise<Figures> {
  return JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Figures;
}

/** Keeps the figures of one command beside those of the others. */
export async function keepFigures(figures: Figures): Promise<void> {
  await writeFile(file, `${JSON.stringify({ ...(await readFigures()), ...figures }, null, 2)}\n`);
}
