import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changesetComplaints, missingChangesets } from './check-changesets.ts';
import { scratchFolder, workspace, write, type Files } from './release/__fixtures__/scratch.ts';
import {
  catalogs,
  changeset,
  conformance,
  openai,
  smallWorkspace,
  wsUrl,
} from './release/__fixtures__/small-workspace.ts';
import { commitAll, git } from './release/git.ts';

/** What is said of these files, all that lie there. */
const complaints = (files: Files): string[] => changesetComplaints(smallWorkspace(files));

/** What is said of a change, made after the first commit of a workspace and not committed. */
function missing(change: Files, before: Files = {}): string[] {
  const root = smallWorkspace(before);
  write(root, change);
  return missingChangesets(root, git(root, 'rev-parse', 'main').trim());
}

const source = { 'plugins/openai/src/index.ts': 'export const three = 4;\n' };
const raised = { 'pnpm-workspace.yaml': catalogs('^1.10.0') };

describe('a changeset', () => {
  it('of published packages is welcome', () => {
    expect(complaints(changeset({ '@patchbay/openai': 'minor', '@patchbay/ws-url': 'patch' }))).toEqual([]);
  });

  it('that is empty is welcome if it says why', () => {
    expect(complaints(changeset({}, 'Only names of variables.'))).toEqual([]);
  });

  it('that names an unknown package is told the known ones', () => {
    expect(complaints(changeset({ '@patchbay/opneai': 'patch' }))).toEqual([
      '.changeset/a-change.md names @patchbay/opneai, which is no package of this workspace: ' +
        'write one of @patchbay/ws-url, @patchbay/openai',
    ]);
  });

  it('that names only private packages is to be deleted, or to name another', () => {
    expect(complaints(changeset({ '@patchbay/conformance': 'patch' }))).toEqual([
      '.changeset/a-change.md names only @patchbay/conformance, which nobody can install, and would never be used up: ' +
        'delete it, or name the published package that changes with it',
    ]);
  });

  it('that mixes published and private packages is told what to leave out', () => {
    expect(complaints(changeset({ '@patchbay/conformance': 'patch', '@patchbay/openai': 'patch' }))).toEqual([
      '.changeset/a-change.md mixes what is published with what is not: leave out @patchbay/conformance',
    ]);
  });

  it.each(['feature', 'none', '5', '{ a: 1 }', '~'])('with the level %s is told which there are', (level) => {
    expect(complaints(changeset({ '@patchbay/openai': level }))).toEqual([
      expect.stringMatching(/a-change\.md says `.*` for @patchbay\/openai: write patch, minor, major$/),
    ]);
  });

  it.each(['', 'No head.\n', "---\n'@patchbay/openai: patch\n---\n\nText.\n", '---\n- a list\n---\n\nText.\n'])(
    'that cannot be read is told what it has to look like: %j',
    (text) => {
      expect(complaints({ '.changeset/a-change.md': text })).toEqual([
        expect.stringMatching(/a-change\.md cannot be read: write "---", a line such as '@patchbay\/ws-url': patch/),
      ]);
    },
  );

  it.each([
    [{ '@patchbay/openai': 'patch' }, 'what is different for users'],
    [{}, 'why users notice nothing'],
  ])('without a text is told what is missing: %j', (releases, what) => {
    expect(complaints(changeset(releases, ''))).toEqual([
      `.changeset/a-change.md has no text: write below the second "---" ${what}`,
    ]);
  });

  it('of a major release is meant only if its name says so', () => {
    expect(complaints(changeset({ '@patchbay/openai': 'major' }))).toEqual([
      '.changeset/a-change.md says `major`, which releases every package as 1.0.0: ' +
        'write `minor` (before 1.0.0 it is what breaks), or, if it is meant, call the file .changeset/1.0.0.md',
    ]);
    expect(complaints(changeset({ '@patchbay/openai': 'major' }, 'Stable.', '1.0.0'))).toEqual([]);
  });
});

/** A workspace in the middle of a prerelease that has consumed these. */
const prerelease = (files: Files, version = '0.4.0-rc.0'): Files => ({
  ...Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.replace('.changeset/', '.changeset/pre/'), text]),
  ),
  '.changeset/pre.json': { mode: 'pre', tag: 'rc' },
  'packages/ws-url/package.json': { ...wsUrl, version },
  'plugins/openai/package.json': { ...openai, version },
});

describe('a changeset that a prerelease has consumed', () => {
  it('is looked at like those that wait: the release that ends the prerelease reads it again', () => {
    expect(complaints(prerelease(changeset({ '@patchbay/nobody': 'patch' })))).toEqual([
      expect.stringMatching(/^\.changeset\/pre\/a-change\.md names @patchbay\/nobody, which is no package/),
    ]);
    expect(complaints(prerelease(changeset({ '@patchbay/openai': 'minor' })))).toEqual([]);
  });

  it('of a major release has the name of the version that the prerelease leads to', () => {
    const stable = changeset({ '@patchbay/openai': 'major' }, 'Stable.', '1.0.0');
    expect(complaints(prerelease(stable, '1.0.0-rc.0'))).toEqual([]);
    const another = changeset({ '@patchbay/openai': 'major' }, 'Another.', '1.0.0-another');
    expect(complaints({ ...prerelease(stable, '1.0.0-rc.0'), ...another })).toEqual([]);
  });

  it('is not lost to another one of its name', () => {
    const one = changeset({ '@patchbay/openai': 'patch' });
    expect(complaints({ ...prerelease(one), ...one })).toEqual([
      '.changeset/a-change.md would take the place of .changeset/pre/a-change.md, and of what that says: call it something else',
    ]);
  });

  it('is no changeset for what is changed now, though it was moved; one that came with the change is', () => {
    const one = changeset({ '@patchbay/openai': 'patch' });
    const moved = { ...prerelease(one), '.changeset/a-change.md': null };
    expect(missing({ ...source, ...moved }, one)).toEqual([expect.stringContaining('no changeset says so')]);
    expect(missing({ ...source, ...prerelease(one) })).toEqual([]);
  });
});

it.each(['AGENTS.md', 'CLAUDE.md', 'GEMINI.md', 'ReadMe.md'])('%s beside the changesets is none', (name) => {
  expect(complaints({ [`.changeset/${name}`]: 'Notes.\n', [`.changeset/pre/${name}`]: 'Notes.\n' })).toEqual([]);
});

describe('a published package that is touched', () => {
  it('without a changeset is named, with the command that writes one', () => {
    expect(missing(source)).toEqual([
      'what users of @patchbay/openai get is another with this change (plugins/openai/src/index.ts), ' +
        'and no changeset says so: write one with `pnpm changeset add --patch @patchbay/openai --message "…"`; ' +
        'if nobody can notice, `pnpm changeset add --empty`, with the reason as its text',
    ]);
  });

  it.each<[string, Files]>([
    ['a new file', { 'plugins/openai/src/stt/wire.ts': 'export {};\n' }],
    ['a deleted file', { 'plugins/openai/src/index.ts': null }],
    ['how it is built', { 'plugins/openai/tsdown.config.ts': 'export {};\n' }],
    ['how all are built', { 'tsdown.base.ts': 'export { };\n' }],
    ['how all are compiled', { 'tsconfig.base.json': { compilerOptions: { target: 'es2024' } } }],
    ['how it is compiled', { 'plugins/openai/tsconfig.json': { extends: '../../tsconfig.base.json' } }],
    ['the licence that is packed with all', { LICENSE: 'Mine.\n' }],
    ['its notice', { 'plugins/openai/NOTICE': '@patchbay/openai\n' }],
    ['a dependency more', { 'packages/ws-url/package.json': { ...wsUrl, dependencies: { ws: 'catalog:runtime' } } }],
    ['a description', { 'packages/ws-url/package.json': { ...wsUrl, description: 'Addresses.' } }],
    ['a package more', { 'plugins/soniox/package.json': { ...openai, name: '@patchbay/soniox' } }],
    ['a package made public', { 'packages/conformance/package.json': { ...conformance, private: false } }],
    ['a package less', { 'packages/ws-url/package.json': null, 'packages/ws-url/src/index.ts': null }],
    ['the catalog entry of a dependency', { 'pnpm-workspace.yaml': catalogs('^1.9.0', '^8.24.0') }],
    ['the catalog entry of a peer', { 'pnpm-workspace.yaml': catalogs('^1.8.0') }],
  ])('needs one: %s', (_what, change) => {
    expect(missing(change)).toEqual([
      expect.stringMatching(/no changeset says so: write one with `pnpm changeset add/),
    ]);
  });

  it('has one with any package that is published, since all are released together', () => {
    expect(missing({ ...source, ...changeset({ '@patchbay/ws-url': 'patch' }) })).toEqual([]);
  });

  it('has one that says that nobody notices', () => {
    expect(missing({ ...source, ...changeset({}, 'Only names of variables.') })).toEqual([]);
  });

  it('has none if the only one was there before', () => {
    const old = changeset({ '@patchbay/openai': 'patch' });
    expect(missing(source, old)).toHaveLength(1);
    expect(missing({ ...source, ...changeset({ '@patchbay/openai': 'patch' }, 'More of it.') }, old)).toEqual([]);
  });

  it('has none if one is only deleted', () => {
    expect(
      missing({ ...source, '.changeset/a-change.md': null }, changeset({ '@patchbay/openai': 'patch' })),
    ).toHaveLength(1);
  });

  it('is seen when it is committed, too, and what main has got meanwhile is not', () => {
    const root = smallWorkspace();
    git(root, 'switch', '--quiet', '--create', 'work');
    write(root, { 'docs/page.md': 'A page.\n' });
    commitAll(root);
    git(root, 'switch', '--quiet', 'main');
    write(root, source);
    commitAll(root);
    git(root, 'switch', '--quiet', 'work');
    expect(check(root)).toMatchObject({ status: 0 });
    write(root, { 'packages/ws-url/src/index.ts': 'export const one = 11;\n' });
    commitAll(root);
    expect(check(root)).toMatchObject({ status: 1, stderr: expect.stringContaining('users of @patchbay/ws-url get') });
  });
});

describe('no changeset is needed for', () => {
  it.each<[string, Files]>([
    ['tests', { 'plugins/openai/src/stt/stt.test.ts': 'test();\n', 'plugins/openai/src/surface.test-d.ts': 'x;\n' }],
    ['tests of other names', { 'plugins/openai/src/stt.spec.ts': 'x;\n', 'plugins/openai/src/__tests__/a.ts': 'x;\n' }],
    ['notes for agents', { 'plugins/openai/AGENTS.md': 'Hi.\n', 'plugins/openai/src/stt/CLAUDE.md': 'Hi.\n' }],
    ['the notice of the root, which is packed with none', { NOTICE: 'Patchbay\n' }],
    ['what tests need', { 'plugins/openai/src/__fixtures__/voice.ts': 'export {};\n' }],
    ['evidence and conformance', { 'plugins/openai/src/conformance/a.ts': '', 'plugins/openai/src/evidence/b.ts': '' }],
    ['targets of the fuzzer', { 'plugins/openai/src/fuzz-targets.ts': 'export {};\n' }],
    ['READMEs', { 'plugins/openai/README.md': '# @patchbay/openai\n\nBetter said.\n' }],
    ['scripts', { 'packages/ws-url/package.json': { ...wsUrl, scripts: { build: 'tsdown' } } }],
    ['private packages', { 'packages/conformance/src/index.ts': 'export const two = 22;\n' }],
    ['a private package more', { 'packages/bench/package.json': { name: '@patchbay/bench', private: true } }],
    ['the catalog entry of a tool', { 'pnpm-workspace.yaml': catalogs('^1.9.0', '^8.23.0', '5.2.0') }],
    ['dev dependencies', { 'plugins/openai/package.json': { ...openai, devDependencies: {} } }],
  ])('%s', (_what, change) => {
    expect(missing(change)).toEqual([]);
  });

  it('a release: versions, change logs, changesets that are used up', () => {
    const released = {
      'packages/ws-url/package.json': { ...wsUrl, version: '0.3.1' },
      'packages/ws-url/CHANGELOG.md': '# @patchbay/ws-url\n',
      'plugins/openai/package.json': { ...openai, version: '0.3.1' },
      '.changeset/a-change.md': null,
    };
    expect(missing(released, changeset({ '@patchbay/ws-url': 'patch' }))).toEqual([]);
  });
});

describe('what is asked of users', () => {
  const patch = changeset({ '@patchbay/openai': 'patch' });
  const minor = changeset({ '@patchbay/openai': 'minor' });
  const without = { ...openai, peerDependencies: {} };

  it('is a minor at least: a patch is told to be one', () => {
    expect(missing({ ...raised, ...patch })).toEqual([
      'the peer @livekit/agents goes from ^1.9.0 to ^1.10.0, for users of @patchbay/openai: that is a minor at least. ' +
        'Write `minor` in place of `patch` in .changeset/a-change.md',
    ]);
    expect(missing({ ...raised, ...minor })).toEqual([]);
  });

  it('is no matter that nobody notices', () => {
    expect(missing({ ...raised, ...changeset({}, 'Nothing.') })).toEqual([
      expect.stringMatching(/that is a minor at least\. Write `minor` in \.changeset\/a-change\.md$/),
    ]);
  });

  it('is told at once where there is no changeset', () => {
    expect(missing(raised)).toEqual([
      expect.stringMatching(/pnpm changeset add --minor @patchbay\/openai --message "…"`$/),
    ]);
  });

  it.each<[string, Files, Files]>([
    ['a peer more', {}, { 'plugins/openai/package.json': without }],
    ['a younger Node', { 'packages/ws-url/package.json': { ...wsUrl, engines: { node: '>=22' } } }, {}],
    ['a peer without its next versions', { 'pnpm-workspace.yaml': catalogs('~1.9.0') }, {}],
  ])('counts as such: %s', (_what, change, before) => {
    const after = { 'plugins/openai/package.json': openai, ...change, ...patch };
    expect(missing(after, before)).toEqual([expect.stringMatching(/that is a minor at least/)]);
  });

  it.each<[string, Files]>([
    ['a peer that may be older', { 'pnpm-workspace.yaml': catalogs('^1.8.0') }],
    ['a peer that may be of two majors', { 'pnpm-workspace.yaml': catalogs('^1.9.0 || ^2.0.0') }],
    ['a peer that need not be there', { 'plugins/openai/package.json': without }],
    ['an older Node', { 'packages/ws-url/package.json': { ...wsUrl, engines: { node: '>=20' } } }],
  ])('is not more with %s', (_what, change) => {
    expect(missing({ ...change, ...patch })).toEqual([]);
  });

  it('is a major from 1.0.0 on where a major of a peer is given up', () => {
    const stable = { 'plugins/openai/package.json': { ...openai, version: '1.4.0' } };
    const next = { 'pnpm-workspace.yaml': catalogs('^2.0.0') };
    expect(missing({ ...next, ...minor }, stable)).toEqual([
      expect.stringMatching(
        /goes from \^1\.9\.0 to \^2\.0\.0, .* that is a major at least\. Write `major` in place of `minor`/,
      ),
    ]);
    expect(missing({ ...next, ...minor })).toEqual([]);
    expect(missing({ ...raised, ...minor }, stable)).toEqual([]);
  });

  it.each([
    ['^1.9.0 || ^2.0.0', '^1.9.0'],
    ['^1.9.0 || ^2.0.0', '^2.0.0'],
    ['^1.9.0 || ^2.0.0 || ^3.0.0', '^1.9.0 || ^3.0.0'],
    ['>=1.9.0', '>=1.9.0 <3.0.0'],
    ['>=1.9.0 <4.0.0', '>=1.9.0 <3.0.0'],
    ['*', '^1.9.0'],
    ['^0.13.34 || ^0.14.0', '^0.13.34'],
    ['^0.13.34 || ^0.14.0', '^0.14.0'],
  ])('is a major from 1.0.0 on where one of several is given up: from %s to %s', (had, range) => {
    const stable = {
      'plugins/openai/package.json': { ...openai, version: '1.4.0' },
      'pnpm-workspace.yaml': catalogs(`'${had}'`),
    };
    const next = { 'pnpm-workspace.yaml': catalogs(`'${range}'`) };
    expect(missing({ ...next, ...minor }, stable)).toEqual([expect.stringMatching(/that is a major at least/)]);
    const first = { 'pnpm-workspace.yaml': stable['pnpm-workspace.yaml'] };
    expect(missing({ ...next, ...minor }, first)).toEqual([]);
    expect(missing({ ...next, ...patch }, first)).toEqual([expect.stringMatching(/that is a minor at least/)]);
  });

  it.each([
    ['>=22', 'major'],
    ['>=20.20', 'minor'],
  ])('of Node, from >=20.19 to %s, is a %s from 1.0.0 on', (node, level) => {
    const stable = { 'packages/ws-url/package.json': { ...wsUrl, version: '1.4.0' } };
    const younger = { 'packages/ws-url/package.json': { ...wsUrl, version: '1.4.0', engines: { node } } };
    expect(missing({ ...younger, ...patch }, stable)).toEqual([
      expect.stringMatching(`Node goes from >=20\\.19 to ${node}, .* that is a ${level} at least`),
    ]);
  });
});

/** The program itself. */
function check(root: string, ...words: string[]) {
  const program = join(workspace, 'scripts/check-changesets.ts');
  return spawnSync(process.execPath, ['-C', 'dev', program, '--root', root, ...words], { encoding: 'utf8' });
}

describe('pnpm check:changesets', () => {
  it('is content with a fresh clone, whose main is the base, and looks at what lies there', () => {
    const root = smallWorkspace(changeset({ '@patchbay/openai': 'patch' }));
    expect(check(root)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^1 changesets, nothing wrong/) });
    const wrong = smallWorkspace(changeset({ '@patchbay/nobody': 'patch' }));
    expect(check(wrong)).toMatchObject({ status: 1, stderr: expect.stringContaining('names @patchbay/nobody') });
  });

  it.each([[], ['--since', 'main']])(
    'compares with main of where a clone comes from, as on a pull request: %j',
    (...words) => {
      const root = scratchFolder();
      git(root, 'clone', '--quiet', smallWorkspace(), '.');
      git(root, 'switch', '--quiet', '--detach');
      git(root, 'branch', '--quiet', '--delete', 'main');
      write(root, source);
      commitAll(root);
      expect(check(root, ...words)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('no changeset says so'),
      });
    },
  );

  it('compares with nothing where there is no main, unless it was told what to compare with', () => {
    const root = smallWorkspace();
    git(root, 'branch', '--move', 'elsewhere');
    write(root, source);
    expect(check(root)).toMatchObject({ status: 0, stdout: expect.stringContaining('compared with nothing') });
    expect(check(root, '--since', 'main')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('there is no main to compare with here: git fetch origin main:main'),
    });
    expect(check(root, '--since', 'elsewhere')).toMatchObject({ status: 1 });
  });
});
