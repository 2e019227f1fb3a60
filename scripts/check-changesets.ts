import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { inc, major } from 'semver';
import {
  changesetPaths,
  higher,
  isLevel,
  levels,
  rank,
  readChangeset,
  type ChangesetFile,
} from './release/changeset-file.ts';
import { catalogComplaints } from './release/catalog-rules.ts';
import { levelFor, newDemands } from './release/demands.ts';
import { changesSince, commitOf, forkOf } from './release/git.ts';
import { comparisons, touchedBy } from './release/reach.ts';
import { catalogsOf, isPublished, packagesOf, workspaceFile, type Package } from './release/workspace.ts';

/** What is wrong with the changesets that lie in a workspace: each line says what to write instead. */
export function changesetComplaints(root: string): string[] {
  const packages = packagesOf(root);
  const paths = changesetPaths(root);
  return paths.flatMap((path) => {
    const consumed = path.replace('.changeset/', '.changeset/pre/');
    if (paths.includes(consumed))
      return [`${path} would take the place of ${consumed}, and of what that says: call it something else`];
    const changeset = readChangeset(root, path);
    if (changeset !== undefined) return complaintsAbout(changeset, packages);
    return [
      `${path} cannot be read: write "---", a line such as '${someName(packages)}': patch, "---", and below it what is different`,
    ];
  });
}

/** What is missing in a change, compared with the commit that it started from. */
export function missingChangesets(root: string, base: string): string[] {
  const packages = packagesOf(root);
  const changes = changesSince(root, base);
  const catalogs = catalogsOf(readFileSync(join(root, workspaceFile), 'utf8'));
  const compared = comparisons(root, base, changes, packages, catalogs);
  const touched = touchedBy(changes, compared);
  const [gone, present] = [true, false].map(
    (isGone) => new Set(changes.filter(({ deleted }) => deleted === isGone).map(({ path }) => path)),
  );
  // What a prerelease has consumed and moved is not new.
  const own = changesetPaths(root)
    .filter((path) => present!.has(path) && !gone!.has(path.replace('/pre/', '/')))
    .flatMap((path) => readChangeset(root, path) ?? []);

  const demands = newDemands(compared);
  const needed = levelFor(demands);
  if (touched.length > 0 && own.length === 0) {
    const [{ name, because }] = touched as [(typeof touched)[0]];
    const others = touched.length === 1 ? '' : ` (and of ${touched.length - 1} more)`;
    return [
      `what users of ${name}${others} get is another with this change (${because}), and no changeset says so: ` +
        `write one with \`pnpm changeset add --${needed ?? 'patch'} ${name} --message "…"\`` +
        (needed === undefined
          ? '; if nobody can notice, `pnpm changeset add --empty`, with the reason as its text'
          : ''),
    ];
  }
  const given = own.map(levelOf).reduce(higher, undefined);
  if (rank(given) >= rank(needed)) return [];
  const { name, what } = demands.find(({ level }) => level === needed)!;
  return [
    `${what}, for users of ${name}: that is a ${needed} at least. ` +
      `Write \`${needed}\`${given === undefined ? '' : ` in place of \`${given}\``} in ${own[0]?.path ?? 'a changeset'}`,
  ];
}

function complaintsAbout(changeset: ChangesetFile, packages: readonly Package[]): string[] {
  const { path, releases, text } = changeset;
  const published = packages.filter(isPublished).map(({ manifest }) => manifest.name);
  const kept = packages.filter((each) => !isPublished(each)).map(({ manifest }) => manifest.name);
  const names = [...releases.keys()];
  const complaints: string[] = [];

  for (const name of names.filter((each) => !published.includes(each) && !kept.includes(each))) {
    complaints.push(
      `${path} names ${name}, which is no package of this workspace: write one of ${published.join(', ')}`,
    );
  }
  const unpublished = names.filter((name) => kept.includes(name));
  if (unpublished.length > 0 && unpublished.length < names.length) {
    complaints.push(`${path} mixes what is published with what is not: leave out ${unpublished.join(', ')}`);
  } else if (unpublished.length > 0) {
    complaints.push(
      `${path} names only ${unpublished.join(', ')}, which nobody can install, and would never be used up: ` +
        'delete it, or name the published package that changes with it',
    );
  }
  for (const [name, level] of releases) {
    if (!isLevel(level)) complaints.push(`${path} says \`${String(level)}\` for ${name}: write ${levels.join(', ')}`);
  }
  if (text === '') {
    const what = names.length === 0 ? 'why users notice nothing' : 'what is different for users';
    complaints.push(`${path} has no text: write below the second "---" ${what}`);
  }
  const version = packages.find(isPublished)?.manifest.version ?? '0.0.0';
  // Of a prerelease, what it is one of: 1.0.0 of 1.0.0-rc.2.
  const next = inc(version, 'major')!;
  const said = basename(path, '.md');
  if (levelOf(changeset) === 'major' && said !== next && !said.startsWith(`${next}-`)) {
    complaints.push(
      `${path} says \`major\`, which releases every package as ${next}: write \`minor\`` +
        (major(version) === 0 ? ' (before 1.0.0 it is what breaks)' : '') +
        `, or, if it is meant, call the file ${path.replace(/[^/]+$/, '')}${next}.md`,
    );
  }
  return complaints;
}

function levelOf({ releases }: ChangesetFile) {
  return [...releases.values()].filter(isLevel).reduce(higher, undefined);
}

function someName(packages: readonly Package[]): string {
  return packages.find(isPublished)?.manifest.name ?? 'name';
}

/** The commit to compare with: `since`, or else the main branch, if there is one. */
function baseOf(root: string, since: string | undefined): string | undefined {
  const names = since === undefined ? ['main', 'origin/main'] : [since, `origin/${since}`];
  const found = names.map((name) => commitOf(root, name)).find((commit) => commit !== undefined);
  if (found === undefined && since !== undefined) {
    throw new Error(`there is no ${since} to compare with here: git fetch origin ${since}:${since}`);
  }
  return found === undefined ? undefined : forkOf(root, found);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { since: { type: 'string' }, root: { type: 'string', default: '.' } } });
  try {
    const base = baseOf(values.root, values.since);
    const complaints = [
      ...catalogComplaints(values.root),
      ...changesetComplaints(values.root),
      ...(base === undefined ? [] : missingChangesets(values.root, base)),
    ];
    for (const complaint of complaints) console.error(complaint);
    if (complaints.length > 0) process.exitCode = 1;
    else {
      const compared =
        base === undefined ? 'compared with nothing: there is no main here' : `compared with ${base.slice(0, 9)}`;
      console.log(`${changesetPaths(values.root).length} changesets, nothing wrong, ${compared}`);
    }
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
