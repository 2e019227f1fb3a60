import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { publishedOf } from './release/workspace.ts';

/** Writes a bill of materials for each published package: what is installed with it. Gives the paths. */
export function writeSboms(root: string, into: string): string[] {
  const published = publishedOf(root);
  const filters = published.flatMap(({ manifest }) => ['--filter', manifest.name]);
  mkdirSync(into, { recursive: true });
  // Without `--prod` there are peers and tools in it.
  const words = ['--prod', 'sbom', '--sbom-format', 'spdx', '--split', '--out', join(into, '%s.spdx.json')];
  execFileSync('pnpm', [...filters, ...words], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const files = globSync('*.spdx.json', { cwd: into }).sort();
  if (files.length !== published.length)
    throw new Error(`${files.length} of ${published.length} were written to ${into}`);
  return files.map((file) => join(into, file));
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'out/sbom' } } });
  for (const file of writeSboms(process.cwd(), join(process.cwd(), values.out))) console.log(file);
}
