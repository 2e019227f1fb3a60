import type { SoakFigures } from '../figures.ts';
import type { Census } from './census.ts';

/** Where a worker's lines of JSON go, apart from what anybody prints: `{ told }` now and then, `{ report }` at the end. */
export const reportFd = 3;

/** What became of a soak. */
export interface SoakReport {
  seed: number;
  /** By class. */
  sessions: Readonly<Record<string, number>>;
  sessionHours: number;
  rotations: number;
  reconnects: number;
  /** Sessions hit, by fault. */
  faults: Readonly<Record<string, number>>;
  samples: Readonly<Record<'sent' | 'received' | 'dropped' | 'replayed' | 'overReported' | 'unaccounted', number>>;
  census: readonly Census[];
  wallSeconds: number;
  cpuSeconds: number;
  /** Empty: all is well. */
  breaches: readonly string[];
}

/** For a terminal. */
export function textOf(report: SoakReport): string {
  const { samples, faults, sessions, census } = report;
  const count = (value: number): string => value.toLocaleString('en').padStart(16);
  const hits = Object.values(faults).reduce((sum, each) => sum + each, 0);
  return `
seed ${report.seed}
${Object.entries(sessions)
  .map(([name, many]) => `${many} ${name}`)
  .join(', ')}: ${report.sessionHours} session hours
${report.rotations} planned rotations, ${report.reconnects} reconnects

${hits} sessions hit by a fault:
${Object.entries(faults)
  .sort(([one], [other]) => one.localeCompare(other))
  .map(([name, many]) => `  ${name.padEnd(26)}${String(many).padStart(6)}`)
  .join('\n')}

samples sent        ${count(samples.sent)}
        received    ${count(samples.received)}
        dropped     ${count(samples.dropped)}  reported
        unaccounted ${count(samples.unaccounted)}
        (heard again after a reconnect ${count(samples.replayed).trim()}; reported and heard after all ${count(samples.overReported).trim()})

${censusOf(census)}

${Math.round(report.wallSeconds)} s, ${Math.round(report.cpuSeconds)} s of processors`;
}

/** What is worth keeping: of the census, all processes together, at the first mark and the last. */
export function figuresOf(report: SoakReport): SoakFigures {
  const { seed, sessions, sessionHours, rotations, reconnects, faults, samples, breaches } = report;
  const { sent, received, dropped, unaccounted } = samples;
  const hours = report.census.map(({ hour }) => Math.round(hour));
  const marks = [Math.min(...hours), Math.max(...hours)].map((hour) => {
    const all = report.census.filter((each) => Math.round(each.hour) === hour);
    const sum = (of: (each: Census) => number): number => all.reduce((total, each) => total + of(each), 0);
    return {
      hour,
      heapMB: Math.round(sum(({ heap }) => heap) / 1e6),
      timers: sum(({ timers }) => timers),
      sockets: sum(({ sockets }) => sockets),
      listeners: sum(({ listeners }) => listeners),
    };
  });
  return {
    seed,
    sessions,
    sessionHours,
    rotations,
    reconnects,
    hits: Object.values(faults).reduce((total, count) => total + count, 0),
    faults: Object.keys(faults).length,
    samples: { sent, received, dropped, unaccounted },
    census: marks,
    breaches: breaches.length,
    wallMinutes: Math.ceil(report.wallSeconds / 60),
  };
}

function censusOf(census: readonly Census[]): string {
  const columns = ['hour', 'heap', 'timers', 'sockets', 'handles', 'listeners'] as const;
  const rows = census.map((each) =>
    columns.map((column) => {
      if (column === 'hour') return each.hour.toFixed(1);
      return column === 'heap' ? `${(each.heap / 1e6).toFixed(1)} MB` : String(each[column]);
    }),
  );
  return [columns, ...rows].map((row) => row.map((cell) => cell.padStart(10)).join('')).join('\n');
}
