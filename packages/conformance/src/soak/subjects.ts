import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Subject } from '../subject.ts';

const root = join(import.meta.dirname, '../../../..');

/** Every class of every plugin. */
export async function findSubjects(): Promise<Subject[]> {
  const found: Subject[] = [];
  for await (const file of glob('plugins/*/src/conformance/__fixtures__/subjects.ts', { cwd: root })) {
    const { subjects } = (await import(pathToFileURL(join(root, file)).href)) as { subjects: readonly Subject[] };
    found.push(...subjects);
  }
  return found;
}
