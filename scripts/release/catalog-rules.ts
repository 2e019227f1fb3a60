import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validRange } from 'semver';
import { catalogNamed, catalogsOf, publishedOf, workspaceFile } from './workspace.ts';

/** Ranges of published packages that come from a catalog, and that it does not have or that are none. */
export function catalogComplaints(root: string): string[] {
  const catalogs = catalogsOf(readFileSync(join(root, workspaceFile), 'utf8'));
  const complaints = publishedOf(root).flatMap(({ folder, manifest }) => {
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
    return [dependencies, optionalDependencies, peerDependencies]
      .flatMap(Object.entries<string>)
      .flatMap(([name, range]) => {
        const catalog = catalogNamed(range);
        if (catalog === undefined) return [];
        const found: unknown = catalogs[catalog]?.[name];
        if (found === undefined)
          return [
            `${workspaceFile} has no \`${name}\` in \`catalogs.${catalog}\`, where ${folder}/package.json takes it from: write its range there`,
          ];
        // `npm:openai@^7`: another package under that name.
        const wanted = typeof found === 'string' ? found.replace(/^npm:.+@/, '') : null;
        if (validRange(wanted) !== null) return [];
        return [
          `${workspaceFile} says ${JSON.stringify(found)} of \`${name}\` in \`catalogs.${catalog}\`, which is no range: write one such as "^1.9.0"`,
        ];
      });
  });
  return [...new Set(complaints)];
}
