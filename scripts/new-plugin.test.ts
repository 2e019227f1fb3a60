import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateOptions } from './generate-options.ts';
import { namesOf, titleOf } from './new-plugin/names.ts';
import { copyOfWorkspace, installLike, link } from './release/__fixtures__/house.ts';
import { workspace, write } from './release/__fixtures__/scratch.ts';
import { git } from './release/git.ts';
import { houseOf } from './check-packages.ts';
import { packageComplaints } from './release/package-rules.ts';
import { pack, unpack } from './release/tarball.ts';
import { publishedOf } from './release/workspace.ts';

const run = promisify(execFile);
const folder = 'plugins/eleven-parrots';

let root: string;

const generate = (...words: string[]) => generateWith({}, '--no-install', ...words);
const generateWith = (env: NodeJS.ProcessEnv, ...words: string[]) =>
  spawnSync(process.execPath, ['-C', 'dev', join(root, 'scripts/new-plugin.ts'), ...words], {
    ...{ cwd: root, encoding: 'utf8', env: { ...process.env, ...env } },
  });

/** Runs a program of the workspace in the copy. It rejects with what the program says if it is not content. */
async function program(name: string, ...words: string[]): Promise<string> {
  const { stdout } = await run(join(workspace, 'node_modules/.bin', name), words, { cwd: root }).catch(
    (error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${name} ${words.join(' ')}\n${stdout}\n${stderr}`);
    },
  );
  return stdout;
}

const changed = (): string[] => git(root, 'status', '--porcelain', '-uall').split('\n').filter(Boolean).sort();

/** One plugin, made in a copy of the workspace and installed; the tests look at it from all sides. */
beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'patchbay-new-plugin-')));
  copyOfWorkspace(root);
  const made = generate('eleven-parrots', '--title', 'Eleven Parrots');
  expect(made).toMatchObject({ status: 0, stderr: '' });
  // What `pnpm install` would do.
  installLike(root, folder, 'plugins/soniox');
  link(join(root, folder), join(root, 'examples/node_modules/@patchbay/eleven-parrots'));
  const readme = join(root, folder, 'README.md');
  writeFileSync(readme, await generateOptions(readme));
  return () => rmSync(root, { recursive: true, force: true });
}, 120_000);

it('a new plugin is its own files and its registrations, and nothing else', () => {
  const isOwn = (line: string): boolean => line.startsWith(`?? ${folder}/`);
  expect(changed().filter((line) => !isOwn(line))).toEqual([
    ' M README.md',
    ' M examples/package.json',
    ' M packages/ws-url/src/index.ts',
    '?? .changeset/plugin-eleven-parrots.md',
    '?? docs/migrating-eleven-parrots.md',
    '?? examples/eleven-parrots-agent.ts',
    '?? packages/ws-url/src/endpoints/eleven-parrots.test.ts',
    '?? packages/ws-url/src/endpoints/eleven-parrots.ts',
  ]);
  expect(changed().filter(isOwn).length).toBeGreaterThanOrEqual(13);
  // One line in each file that names all plugins (the table of the README may be laid out anew).
  expect(git(root, 'diff', '--numstat', '-w', 'examples', 'packages').trim()).toBe(
    '1\t0\texamples/package.json\n1\t0\tpackages/ws-url/src/index.ts',
  );
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(
    /^\| \[`@patchbay\/eleven-parrots`\]\(plugins\/eleven-parrots\) +\| Eleven Parrots: `TTS` +\|$/m,
  );
});

it('leaves no placeholder', () => {
  const paths = git(root, 'ls-files', '--others', '--exclude-standard').split('\n').filter(Boolean);
  const texts = paths
    .filter((path) => path.includes('eleven-parrots'))
    .map((path) => readFileSync(join(root, path), 'utf8'));
  expect(texts.filter((text) => /__\w+__|\.template/.test(text))).toEqual([]);
});

describe('a new plugin passes', { timeout: 300_000 }, () => {
  it('the linter and the formatter', async () => {
    await program('eslint', folder, 'packages/ws-url/src/endpoints/eleven-parrots.ts');
    const files = changed().map((line) => line.slice(3));
    await program('prettier', '--check', ...files.filter((file) => !file.endsWith('/NOTICE')));
  });

  it('the compiler, with its example', async () => {
    const settings = { compilerOptions: { isolatedDeclarations: false, declaration: false } };
    const include = [
      `${folder}/src`,
      'packages/ws-url/src/endpoints/eleven-parrots.ts',
      'examples/eleven-parrots-agent.ts',
    ];
    const path = join(root, 'out/tsconfig.json');
    const extended = join(root, 'tsconfig.base.json');
    write(root, {
      'out/tsconfig.json': { extends: extended, ...settings, include: include.map((each) => join(root, each)) },
    });
    await program('tsc', '-p', path);
  });

  it('its own tests, and those of the manifests', async () => {
    const report = join(root, 'out/report.json');
    const tests = [folder, 'packages/ws-url/src/endpoints/eleven-parrots.test.ts', 'scripts/manifests.test.ts'];
    await program('vitest', 'run', '--root', root, '--reporter=json', `--outputFile=${report}`, ...tests);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: { name: string }[] };
    expect(testResults.map(({ name }) => relative(root, name)).sort()).toEqual([
      'packages/ws-url/src/endpoints/eleven-parrots.test.ts',
      `${folder}/src/readme.test.ts`,
      `${folder}/src/tts/tts.test.ts`,
      'scripts/manifests.test.ts',
    ]);
  });

  it('the check of changesets, since it brings one', async () => {
    const said = await program('node', '-C', 'dev', 'scripts/check-changesets.ts', '--since', 'main');
    expect(said).toContain('nothing wrong');
  });

  it('the build, and the check of packages', async () => {
    for (const each of ['packages/ws-url', 'packages/ws-session', 'packages/plugin-kit', folder]) {
      await run(join(workspace, 'node_modules/.bin/tsdown'), ['--no-publint', '--no-attw'], { cwd: join(root, each) });
    }
    const own = publishedOf(root).filter((each) => each.folder === folder);
    const [tarball] = await pack(root, own, join(root, 'out/tarballs'));
    const packed = await unpack(tarball!, join(root, 'out/unpacked'));
    expect(packageComplaints(packed, folder, houseOf(root))).toEqual([]);
  });
});

it('begins with the version that all have, and is released with them', () => {
  const versions = new Set(publishedOf(root).map(({ manifest }) => manifest.version));
  expect(versions.size).toBe(1);
});

describe('a name that cannot be', () => {
  it.each([
    ['Eleven', /"Eleven" cannot be the name of a package: lower-case letters and digits, with "-" between words/],
    ['11labs', /cannot be the name of a package/],
    ['eleven_labs', /cannot be the name of a package/],
    ['@patchbay/eleven', /cannot be the name of a package/],
    ['../eleven', /cannot be the name of a package/],
    ['a'.repeat(41), /longer than 40 letters/],
    ['soniox', /"soniox" is taken by plugins\/soniox: choose another name, or change that one/],
    ['so-niox', /"so-niox" is "soniox" of plugins\/soniox but for a hyphen: choose another name, or change that one/],
    ['open-ai', /"open-ai" is "openai" of plugins\/openai but for a hyphen/],
    ['wsurl', /"wsurl" is "ws-url" of packages\/ws-url but for a hyphen/],
    ['ws-url', /is taken by packages\/ws-url/],
    ['conformance', /is taken by packages\/conformance/],
    ['demo', /is taken by demo/],
    ['', /which provider\? pnpm new-plugin <name>/],
  ])('%s is refused, with what to do instead', (name, message) => {
    expect(() => namesOf(name, undefined, root)).toThrow(message);
  });

  it('ends the program with an error, and nothing is written', () => {
    const before = changed();
    expect(generate('soniox')).toMatchObject({ status: 1, stderr: expect.stringContaining('"soniox" is taken') });
    expect(changed()).toEqual(before);
  });

  it('overwrites nothing that is there, whoever wrote it', () => {
    const page = 'docs/migrating-singing-macaw.md';
    writeFileSync(join(root, page), 'Mine.\n');
    const before = changed();
    expect(generate('singing-macaw')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${page} is there already: delete it, or choose another name`),
    });
    expect(changed()).toEqual(before);
    rmSync(join(root, page));
  });

  it.each(["O'Parrot", '`', '${x}', ' Macaw', ''])('nor can a title that would be code: %j', (title) => {
    expect(generate('singing-macaw', '--title', title)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`"${title}" cannot be a title: letters and digits`),
    });
  });
});

describe('a plugin that cannot be finished', () => {
  /** All that is different from the last commit, and what else lies where it would. */
  const state = (): string =>
    [...changed(), git(root, 'diff', 'HEAD'), git(root, 'clean', '-ndx', 'plugins')].join('\n');

  it('leaves nothing where a file cannot be written', () => {
    const before = state();
    renameSync(join(root, 'docs'), join(root, 'elsewhere'));
    writeFileSync(join(root, 'docs'), 'No folder.\n');
    const { status, stderr } = generate('singing-macaw');
    rmSync(join(root, 'docs'));
    renameSync(join(root, 'elsewhere'), join(root, 'docs'));
    expect([status, stderr]).toEqual([1, expect.stringMatching(/docs.*\nNothing was made\.\n$/s)]);
    expect(state()).toBe(before);
  });

  it('leaves nothing where a step after that fails, nor what the steps wrote', () => {
    const before = state();
    // Somebody's pnpm: it writes where the real one does, and fails at the second step.
    const bin = join(root, 'out/bin');
    write(root, {
      'out/bin/pnpm': [
        '#!/bin/sh',
        'case "$*" in exec*) exit 7;; esac',
        'echo half >> pnpm-lock.yaml; echo half >> plugins/soniox/api.md; rm plugins/soniox/README.md',
        'mkdir plugins/singing-macaw/node_modules; echo half > plugins/singing-macaw/node_modules/half',
      ].join('\n'),
    });
    chmodSync(join(bin, 'pnpm'), 0o755);
    const { status, stderr } = generateWith({ PATH: `${bin}:${process.env.PATH}` }, 'singing-macaw');
    rmSync(bin, { recursive: true });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/generate-options\.ts did not end well.*\nNothing was made\.\n$/s),
    ]);
    expect(state()).toBe(before);
  });
});

it('a name is written in every way that is wanted', () => {
  expect(namesOf('singing-macaw', undefined, root)).toEqual({
    name: 'singing-macaw',
    camel: 'singingMacaw',
    pascal: 'SingingMacaw',
    upper: 'SINGING_MACAW',
    title: 'Singing Macaw',
  });
  expect(namesOf('macaw', 'Macaw AI', root)).toMatchObject({ pascal: 'Macaw', title: 'Macaw AI' });
  expect(namesOf('macawlabs', 'MacawLabs', root)).toMatchObject({ pascal: 'MacawLabs', camel: 'macawlabs' });
});

it.each([
  ['elevenlabs', 'ElevenLabs'],
  ['eleven-labs', 'ElevenLabs'],
  ['google-cloud', 'Google Cloud'],
  ['google', 'Google'],
  ['assemblyai', 'AssemblyAI'],
  ['xai', 'xAI'],
  ['aws-polly', 'AWS Polly'],
  ['fishaudio', 'Fish Audio'],
  ['parrot-ai', 'Parrot AI'],
])('%s is called %s', (name, title) => {
  expect(titleOf(name)).toBe(title);
});

it('two new plugins repeat nothing of each other that is counted', async () => {
  expect(generate('singing-macaw')).toMatchObject({ status: 0 });
  await program('jscpd', '--threshold', '0', folder, 'plugins/singing-macaw');
});
