import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiPage } from './release/api.ts';
import { catalogComplaints } from './release/catalog-rules.ts';
import { packageComplaints, type House } from './release/package-rules.ts';
import { pack, tarballsIn, unpack, type Packed } from './release/tarball.ts';
import { isPublished, manifestOf, packagesOf } from './release/workspace.ts';

export interface Check {
  root: string;
  /** A folder that has the tarballs, as of `changeset pack`. Default: every published package is packed. */
  from?: string;
  /** Write what packages export where it is another. Default false: that it is another is an error. */
  write?: boolean;
}

export interface Result {
  /** What is wrong, and what to do about it. */
  complaints: string[];
  /** `name@version` of everything that was looked at. */
  checked: string[];
}

/** Looks at packages as users will install them. */
export async function checkPackages({ root, from, write = false }: Check): Promise<Result> {
  // pnpm would stop at the first, in words of its own.
  const unreadable = catalogComplaints(root);
  if (unreadable.length > 0) return { complaints: unreadable, checked: [] };
  const published = packagesOf(root).filter(isPublished);
  const house = houseOf(root);
  const place = mkdtempSync(join(tmpdir(), 'patchbay-packages-'));
  try {
    const tarballs = from === undefined ? await pack(root, published, join(place, 'tarballs')) : tarballsIn(from);
    const result: Result = { complaints: [], checked: [] };
    if (tarballs.length === 0) result.complaints.push(`there is no tarball in ${from ?? root}`);
    for (const [index, tarball] of tarballs.entries()) {
      const packed = await unpack(tarball, join(place, `${index}`));
      const { name, version } = packed.manifest;
      const folder = published.find(({ manifest }) => manifest.name === name)?.folder;
      result.checked.push(`${name}@${version}`);
      if (folder === undefined)
        result.complaints.push(`${name} is no published package of this workspace: keep it out`);
      else {
        result.complaints.push(...packageComplaints(packed, folder, house));
        result.complaints.push(...(await apiComplaints(packed, join(root, folder, 'api.md'), write)));
      }
    }
    return result;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** What packages of this workspace have in common. */
export function houseOf(root: string): House {
  return {
    manifest: manifestOf(root),
    license: readFileSync(join(root, 'LICENSE'), 'utf8'),
    kept: packagesOf(root).flatMap((each) => (isPublished(each) ? [] : [each.manifest.name])),
  };
}

async function apiComplaints(packed: Packed, page: string, write: boolean): Promise<string[]> {
  const now = await apiPage(packed, page);
  const written = existsSync(page) ? readFileSync(page, 'utf8') : undefined;
  if (now === written) return [];
  if (write) {
    writeFileSync(page, now);
    return [];
  }
  const what = written === undefined ? 'there is no api.md' : 'what it exports is not what api.md says';
  return [
    `${packed.manifest.name}: ${what}: run \`pnpm check:packages --write\`, and look at the difference as a user would`,
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { from: { type: 'string' }, write: { type: 'boolean' }, root: { type: 'string', default: '.' } },
  });
  try {
    const { complaints, checked } = await checkPackages(values);
    for (const complaint of complaints) console.error(complaint);
    if (complaints.length > 0) process.exitCode = 1;
    else console.log(`${checked.length} packages, nothing wrong: ${checked.join(', ')}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
