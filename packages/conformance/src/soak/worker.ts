/** Lets its share of a soak's sessions live, and says what became of them. */
import { writeSync } from 'node:fs';
import { reportFd } from './report.ts';
import { runSoak, type SoakOptions } from './soak.ts';
import { titleOf } from '../subject.ts';
import { findSubjects } from './subjects.ts';

const task = JSON.parse(process.argv[2] ?? '') as Omit<SoakOptions, 'subjects' | 'told'>;
const say = (line: object): void => void writeSync(reportFd, `${JSON.stringify(line)}\n`);
// The one plugin that has every kind of session.
const subjects = (await findSubjects()).filter((subject) => titleOf(subject).startsWith('openai.'));

const report = await runSoak({ ...task, subjects, told: (told) => say({ told }) });
say({ report });
process.exit(0);
