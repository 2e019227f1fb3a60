import type { Cell, Runtime } from './plan.ts';

export interface CellResult {
  cell: Cell;
  /** What was seen, or why it failed. */
  seen: string;
  passed: boolean;
}

const runtimeTitles: Readonly<Record<Runtime, string>> = {
  '20': 'Node 20',
  '22': 'Node 22',
  '24': 'Node 24',
  '26': 'Node 26',
  bun: 'Bun',
};

/** Consumer × runtime × result, and below it why something failed. */
export function tableOf(results: readonly CellResult[]): string {
  const runtimes = (Object.keys(runtimeTitles) as Runtime[]).filter((runtime) =>
    results.some(({ cell }) => cell.runtime === runtime),
  );
  const rows = Map.groupBy(results, ({ cell }) => titleOf(cell));
  const lines = [
    ['consumer', ...runtimes.map((runtime) => runtimeTitles[runtime])],
    ...[...rows].map(([title, cells]) => [title, ...runtimes.map((runtime) => signOf(cells, runtime))]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const failed = results.filter(({ passed }) => !passed);
  return [
    ...lines.map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    ),
    ...failed.map(({ cell, seen }) => `\n${titleOf(cell)}, ${runtimeTitles[cell.runtime]}:\n${seen}`),
  ].join('\n');
}

function titleOf({ manager, consumer }: Cell): string {
  return `${manager.padEnd(4)} ${consumer.title}`;
}

function signOf(cells: readonly CellResult[], runtime: Runtime): string {
  const result = cells.find(({ cell }) => cell.runtime === runtime);
  return result === undefined ? '-' : result.passed ? 'pass' : 'FAIL';
}
