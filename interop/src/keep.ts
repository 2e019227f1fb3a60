import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateGateways } from '../../scripts/generate-gateways.ts';
import { generateInterop } from '../../scripts/generate-interop.ts';
import { writeResults, type Results } from './results.ts';

const repository = join(import.meta.dirname, '../..');

/** Keeps results, and makes the pages that tell them. */
export async function keep(results: Results, root: string = repository): Promise<void> {
  await writeResults(results, join(root, 'interop/results.json'));
  await writeFile(join(root, 'docs/interop.md'), await generateInterop(results));
  await writeFile(join(root, 'docs/gateways.md'), await generateGateways(results));
}
