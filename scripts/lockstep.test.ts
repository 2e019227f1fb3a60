import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { found, scratchClone, workspace, write } from './release/__fixtures__/scratch.ts';
import { changesetPaths } from './release/changeset-file.ts';
import { commitAll, git } from './release/git.ts';
import { isPublished, manifestOf, type Package } from './release/workspace.ts';

const run = promisify(execFile);
const cli = join(workspace, 'node_modules/@changesets/cli/bin.js');

/** A changeset that names one package only, as anybody would write it. */
const one = (level: string, name = '@patchbay/ws-url'): string =>
  `---\n'${name}': ${level}\n---\n\nA fix of an address.\n`;

/** A scratch clone with changesets in it, all committed. */
function cloneWith(changesets: Record<string, string>, version?: string) {
  const { root, packages } = scratchClone();
  if (version !== undefined) {
    for (const { folder, manifest } of packages.filter(isPublished))
      write(root, { [`${folder}/package.json`]: { ...manifest, version } });
  }
  write(root, Object.fromEntries(Object.entries(changesets).map(([name, text]) => [`.changeset/${name}.md`, text])));
  if (version !== undefined || Object.keys(changesets).length > 0) commitAll(root, 'Changesets');
  const versions = (of: (each: Package) => boolean) => [
    ...new Set(packages.filter(of).map(({ folder }) => manifestOf(join(root, folder)).version)),
  ];
  return {
    root,
    packages,
    changeset: (...words: string[]) => run(process.execPath, [cli, ...words], { cwd: root }),
    commit: (message: string) => commitAll(root, message),
    /** Every version that a published package has now: one, if all are in step. */
    published: () => versions(isPublished),
    unpublished: () => versions((each) => !isPublished(each)),
  };
}

describe('one changeset', () => {
  it('of a patch that names only ws-url releases every published package, and no other', async () => {
    const clone = cloneWith({ 'small-fix': one('patch') }, '0.3.0');
    const before = clone.unpublished();
    await clone.changeset('version');
    expect(clone.published()).toEqual(['0.3.1']);
    expect(clone.unpublished()).toEqual(before);
    // Nothing else is written but what a release is: versions, change logs, and the changeset that is used up.
    const published = clone.packages.filter(isPublished).map(({ folder }) => folder);
    const written = git(clone.root, 'status', '--porcelain', '-uall').split('\n').filter(Boolean).sort();
    expect(written).toEqual(
      [
        ' D .changeset/small-fix.md',
        ...published.flatMap((folder) => [` M ${folder}/package.json`, `?? ${folder}/CHANGELOG.md`]),
      ].sort(),
    );
    expect(published.length).toBeGreaterThanOrEqual(7);
    expect(readFileSync(join(clone.root, 'packages/ws-url/CHANGELOG.md'), 'utf8')).toContain('A fix of an address.');
  });

  it.each([
    ['patch', '0.0.1'],
    ['minor', '0.1.0'],
    ['major', '1.0.0'],
  ])('%s is the level of all, from the first release on', async (level, version) => {
    const clone = cloneWith({ change: one(level, '@patchbay/soniox') });
    await clone.changeset('version');
    expect(clone.published()).toEqual([version]);
  });

  it('is outvoted by a higher one beside it', async () => {
    const clone = cloneWith({ fix: one('patch'), feature: one('minor', '@patchbay/deepgram') }, '1.2.3');
    await clone.changeset('version');
    expect(clone.published()).toEqual(['1.3.0']);
  });

  it('is not what notes for agents are, which stay', async () => {
    const notes = Object.fromEntries(['AGENTS', 'CLAUDE', 'GEMINI'].map((name) => [name, 'Notes.\n']));
    const clone = cloneWith({ fix: one('patch'), ...notes });
    expect(changesetPaths(clone.root)).toEqual(['.changeset/fix.md']);
    await clone.changeset('version');
    expect(found(clone.root, '.changeset/*.md')).toHaveLength(3);
  });

  it('is used up even if it is empty, beside one that is not', async () => {
    const clone = cloneWith({ fix: one('patch'), nothing: '---\n---\n\nOnly names of variables.\n' });
    await clone.changeset('version');
    expect(found(clone.root, '.changeset/*.md')).toEqual([]);
  });
});

it('the changesets that wait here release every published package together', async () => {
  const waiting = found(workspace, '.changeset/*.md').filter((path) => !path.endsWith('README.md'));
  const clone = cloneWith({ 'at-least-one': one('patch') });
  write(clone.root, Object.fromEntries(waiting.map((path) => [path, readFileSync(join(workspace, path), 'utf8')])));
  await clone.changeset('version');
  expect(clone.published()).toHaveLength(1);
  expect(found(clone.root, '.changeset/*.md')).toEqual([]);
});

describe('a snapshot', () => {
  it('is named after the release to come, its tag and its commit', async () => {
    const clone = cloneWith({ fix: one('patch') }, '0.3.0');
    const commit = git(clone.root, 'rev-parse', '--short=7', 'HEAD').trim();
    await clone.changeset('version', '--snapshot', 'canary');
    expect(clone.published()).toEqual([`0.3.1-canary-${commit}`]);
  });
});

describe('a prerelease', () => {
  it('counts up until it is left, and then becomes the release', async () => {
    const clone = cloneWith({ fix: one('minor') }, '0.3.0');
    await clone.changeset('pre', 'enter', 'rc');
    await clone.changeset('version');
    expect(clone.published()).toEqual(['0.4.0-rc.0']);
    // What is consumed is kept, and looked at with the others.
    expect(changesetPaths(clone.root)).toEqual(['.changeset/pre/fix.md']);
    clone.commit('The first candidate');

    write(clone.root, { '.changeset/another-fix.md': one('patch', '@patchbay/openai') });
    await clone.changeset('version');
    expect(clone.published()).toEqual(['0.4.0-rc.1']);
    clone.commit('The second candidate');

    await clone.changeset('pre', 'exit');
    await clone.changeset('version');
    expect(clone.published()).toEqual(['0.4.0']);
    expect(found(clone.root, '.changeset/**/*.md')).toEqual([]);
  });

  it('refuses a snapshot meanwhile', async () => {
    const clone = cloneWith({ fix: one('patch') });
    await clone.changeset('pre', 'enter', 'rc');
    await expect(clone.changeset('version', '--snapshot', 'canary')).rejects.toMatchObject({ code: 1 });
  });
});

it('nothing to release is an error, not a release of nothing', async () => {
  const clone = cloneWith({});
  await expect(clone.changeset('version')).rejects.toMatchObject({ code: 1 });
});
