import type { Job } from '../job.ts';
import type { Machine } from '../machine.ts';
import type { JobResults, Results } from '../results.ts';
import { chartOf, escaped } from './chart.ts';
import { tablesOf, type Table } from './tables.ts';

const style = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #222 }
  svg { width: 100%; max-width: 760px; font: 12px system-ui, sans-serif } .figure { font-size: 11px; fill: #555 }
  table { border-collapse: collapse; font-size: 13px; display: block; overflow-x: auto }
  th, td { text-align: left; padding: .2rem .7rem; border-bottom: 1px solid #ddd; white-space: nowrap }
  h3 { margin-bottom: .3rem }`;

/** One page with every table and a chart of each, which needs nothing from elsewhere. */
export function htmlOf({ machine, finishedOn, jobs }: Results, known: readonly Job[]): string {
  const sections = jobs.flatMap((results) => {
    const job = known.find(({ name }) => name === results.name);
    return job === undefined ? [] : [section(job, results)];
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Patchbay: what it costs</title><style>${style}</style>
<h1>What it costs</h1><p>${escaped(machineText(machine))} One run, finished on ${finishedOn}.</p>
<p>Each figure is a median, with the least and the most of all rounds; ratios are taken round by round.</p>
${sections.join('\n')}</html>\n`;
}

/** The machine in a sentence. */
export function machineText({ cpu, cores, memoryGB, system, node, packages }: Machine): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return `${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}; ${versions.join(', ')}.`;
}

function section(job: Job, results: JobResults): string {
  const parts = tablesOf(job, results).map(
    (table) =>
      `<h3>${escaped(table.measure.title)}, ${escaped(table.measure.unit)}</h3>${chartOf(job, table.measure, results)}${tableHtml(table)}`,
  );
  return `<h2>${escaped(job.title)}</h2><p>${escaped(job.about)}</p><p>${roundsText(results)}</p>${parts.join('')}`;
}

/** How often, and how busy the machine was. */
export function roundsText({ rounds, busy }: JobResults): string {
  const often = `${rounds} round${rounds === 1 ? '' : 's'}`;
  return busy === undefined ? `${often}.` : `${often}; others used ${busy} % of the machine before.`;
}

function tableHtml({ head, lines, reasons }: Table): string {
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${row(head, 'th')}${lines.map((cells) => row(cells, 'td')).join('')}</table>${reasons.map((reason) => `<p>✘ ${escaped(reason)}</p>`).join('')}`;
}
