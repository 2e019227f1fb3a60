import { glob, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { faultRows } from './faults.ts';
import { keepFigures } from './figures.ts';
import { countsOf, figureOf, runMatrix, type Cell } from './matrix.ts';
import { byPlugin, columnsOf, laidOverResults, readResults, resultsFile, resultsOf } from './results.ts';
import { titleOf, type Subject } from './subject.ts';
import { runUpstream } from './upstream.ts';

const HELP = `faults: every fault on every class of every plugin

  pnpm faults [options]

  --only ID,…        these rows only
  --subject TEXT     classes whose name contains it
  --rounds N         again with other secrets and other points of the protocols (default 1)
  --workers N        processes at once (default 2)
  --write            keep the figures in ${resultsFile.split('/').slice(-3).join('/')}; of a part, beside those of the others
  --upstream         ask the plugin that this one replaces, in real time
  --times            how long each cell takes
  --list             name the rows
  --help
`;

const root = join(import.meta.dirname, '../../..');

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    subject: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    write: { type: 'boolean' },
    upstream: { type: 'boolean' },
    list: { type: 'boolean' },
    times: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help) console.log(HELP);
else if (values.list) for (const { id, title } of faultRows) console.log(`${id.padEnd(28)} ${title}`);
else process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const started = performance.now();
  const rows = values.only?.split(',');
  const unknown = rows?.find((id) => !faultRows.some((row) => row.id === id));
  if (unknown !== undefined) throw new Error(`there is no row '${unknown}': see --list`);
  const isWanted = (subject: Subject): boolean => titleOf(subject).includes(values.subject ?? '');
  const cells: Cell[] = [];
  const name = values.upstream ? 'upstream' : 'subjects';
  let good = true;
  for await (const file of glob(`plugins/*/src/conformance/__fixtures__/${name}.ts`, { cwd: root })) {
    const module = pathToFileURL(join(root, file)).href;
    const { subjects } = (await import(module)) as { subjects: readonly Subject[] };
    const options = { module, subjects: subjects.filter(isWanted), rows, workers: Number(values.workers) };
    if (values.upstream) {
      const upstream = await runUpstream(options, console.log);
      if (values.write) await keepFigures({ upstream });
      good = upstream.otherwise === 0 && good;
      continue;
    }
    cells.push(
      ...(await runMatrix({
        ...options,
        rounds: Number(values.rounds),
        told: ({ verdict, subject, row, reasons }, round, realMs) => {
          if (values.times) console.log(`${Math.round(realMs)} ms ${subject}, ${row}`);
          if (verdict === 'fail') console.log(`✘ ${subject}, ${row}, round ${round + 1}: ${reasons.join('; ')}`);
        },
      })),
    );
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  if (values.upstream) return good;
  print(cells);
  const { pass, fail, na } = countsOf(cells);
  const leaks = cells.filter(({ observation }) => (observation?.leaks.length ?? 0) > 0).length;
  console.log(
    `\n${pass} passed, ${fail} failed, ${na} n/a; secrets seen in ${leaks} of ${pass + fail} runs; ${seconds} s`,
  );
  if (values.write) {
    const isPart = rows !== undefined || values.subject !== undefined;
    const results = isPart ? laidOverResults(await readResults(), resultsOf(cells)) : resultsOf(cells);
    const text = `${JSON.stringify(results, null, 2)}\n`;
    if (text !== (await readFile(resultsFile, 'utf8').catch(() => ''))) await writeFile(resultsFile, text);
    const rounds = Number(values.rounds);
    if (!isPart) await keepFigures({ faults: { rounds, runs: pass + fail, failed: fail, leaks } });
    console.log(`written to ${relative(process.cwd(), resultsFile)}`);
  }
  return fail === 0 && pass > 0;
}

/** Fault × class, a table per plugin. Of several rounds the worst is shown. */
function print(cells: readonly Cell[]): void {
  const all = [...new Set(cells.map(({ subject }) => subject))].sort();
  for (const [plugin, subjects] of byPlugin(all)) {
    const lines = [[plugin, ...columnsOf(subjects)]];
    for (const { id } of faultRows) {
      const row = cells.filter((cell) => cell.row === id);
      if (row.length === 0) continue;
      const shown = subjects.map((subject) => {
        const own = row.filter((cell) => cell.subject === subject);
        const worst = own.find(({ verdict }) => verdict === 'fail') ?? own[0];
        return worst === undefined ? '' : figureOf(worst);
      });
      lines.push([id, ...shown]);
    }
    const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
    const padded = lines.map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
    console.log(`\n${padded.join('\n')}`);
  }
}
