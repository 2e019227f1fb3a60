/** Works through cells, one after the other. It may die of any of them; whoever started it goes on without it. */
import { writeSync } from 'node:fs';
import { initializeLogger } from '@livekit/agents';
import { runCell } from './cell.ts';
import { faultRows } from './faults.ts';
import { reportFd, type Report, type Task } from './protocol.ts';
import { newSecrets } from './secrets.ts';
import { collectSpans } from './testing/spans.ts';
import { titleOf, type Subject } from './subject.ts';

const task = JSON.parse(process.argv[2] ?? '') as Task;
const report = (line: Report): void => void writeSync(reportFd, `${JSON.stringify(line)}\n`);

initializeLogger({ pretty: false, level: 'debug' });
collectSpans();
const { subjects } = (await import(task.module)) as { subjects: readonly Subject[] };
const subject = subjects.find((each) => titleOf(each) === task.subject);
if (!subject) throw new Error(`${task.module} has no subject '${task.subject}'`);
for (const id of task.rows) {
  const row = faultRows.find((each) => each.id === id);
  if (!row) throw new Error(`no row '${id}'`);
  const secrets = newSecrets();
  report({ begins: id, secrets });
  const started = performance.now();
  try {
    const observation = await runCell({
      subject,
      row,
      secrets,
      round: task.round,
      real: task.real,
      patienceMs: task.patienceMs,
    });
    report({ ends: id, observation, realMs: performance.now() - started });
  } catch (error) {
    report({ broken: id, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
process.exit(0);
