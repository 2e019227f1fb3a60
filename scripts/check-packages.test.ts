import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkPackages, houseOf } from './check-packages.ts';
import { declarations, parrot, parrotWorkspace } from './release/__fixtures__/parrot.ts';
import { scratchFolder, workspace, write, type Files } from './release/__fixtures__/scratch.ts';
import { packageComplaints, type House } from './release/package-rules.ts';
import { pack, packedIn, unpack } from './release/tarball.ts';
import { manifestOf, publishedOf, type Manifest } from './release/workspace.ts';

const run = promisify(execFile);

let good: string;
let manifest: Manifest;
let house: House;

/** The parrot as pnpm packs it, once: every test gets a copy that it may spoil. */
beforeAll(async () => {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'patchbay-parrot-')));
  const root = parrotWorkspace(join(place, 'workspace'));
  const tarballs = await pack(root, publishedOf(root), join(place, 'tarballs'));
  const tarball = tarballs.find((path) => path.includes('parrot'))!;
  await unpack(tarball, join(place, 'parrot'));
  good = join(place, 'parrot/package');
  manifest = manifestOf(good);
  house = houseOf(root);
  return () => rmSync(place, { recursive: true, force: true });
});

/** What is said of the parrot with these files in its tarball, and null for those that are not. */
function complaints(files: Files): string[] {
  const folder = scratchFolder();
  cpSync(good, folder, { recursive: true });
  write(folder, files);
  return packageComplaints(packedIn(folder), 'plugins/parrot', house);
}

const withManifest = (changes: object): string[] => complaints({ 'package.json': { ...manifest, ...changes } });
const withExports = (conditions: object): string[] =>
  withManifest({ exports: { ...manifest.exports, '.': { ...(manifest.exports!['.'] as object), ...conditions } } });

it('a package as pnpm packs it is as it should be, with the licence of the root and the ranges of the catalogs', () => {
  expect(complaints({})).toEqual([]);
  expect(manifest).toMatchObject({
    dependencies: { '@patchbay/ws-url': '0.3.0', ws: '^8.23.0' },
    peerDependencies: { '@livekit/agents': '^1.9.0' },
  });
  expect(readFileSync(join(good, 'LICENSE'), 'utf8')).toBe(house.license);
});

it('the notice of the root is packed with no package, and that of a package is', async () => {
  const root = parrotWorkspace();
  write(root, { NOTICE: 'Patchbay\n' });
  const place = scratchFolder();
  const tarballs = await pack(root, publishedOf(root), join(place, 'tarballs'));
  const notices = tarballs.map(async (tarball, index) =>
    (await unpack(tarball, join(place, `${index}`))).read('NOTICE'),
  );
  expect(await Promise.all(notices)).toEqual(['@patchbay/parrot\n', '']);
});

describe('the tarball', () => {
  it.each(['README.md', 'LICENSE', 'NOTICE'])('without %s', (file) => {
    expect(complaints({ [file]: null })).toContain(`@patchbay/parrot: ${file} is missing in the tarball`);
  });

  it('with a licence of its own', () => {
    expect(complaints({ LICENSE: 'Mine.\n' })).toEqual([
      expect.stringMatching(/LICENSE is not the one of the root: delete it/),
    ]);
  });

  it.each(['src/index.ts', '.env', 'tsconfig.json'])('with what is not for users: %s', (file) => {
    expect(complaints({ [file]: '\n' })).toEqual([
      `@patchbay/parrot: ${file} is in the tarball: \`files\` should be "dist" and "NOTICE"`,
    ]);
  });

  it.each<[string, Files]>([
    ['dist/tts.test.js', { 'dist/tts.test.js': '' }],
    ['dist/tts.spec.cjs', { 'dist/tts.spec.cjs': '' }],
    ['dist/tts.test.d.ts', { 'dist/tts.test.d.ts': '' }],
    ['dist/__tests__/voice.js', { 'dist/__tests__/voice.js': '' }],
    ['dist/__fixtures__/voice.js', { 'dist/__fixtures__/voice.js': '' }],
    ['../src/__fixtures__/voice.ts', { 'dist/index.js.map': { sources: ['../src/__fixtures__/voice.ts'] } }],
    ['../src/stt/stt.test.ts', { 'dist/index.js.map': { sources: ['../src/index.ts', '../src/stt/stt.test.ts'] } }],
  ])('with a test, or what tests need, built in: %s', (path, files) => {
    expect(complaints(files)).toEqual([
      `@patchbay/parrot: ${path} is for tests and is in the tarball: nothing that is built may import it`,
    ]);
  });
});

it.each(['AGENTS.md', 'CLAUDE.md', 'tts/GEMINI.md'])('the tarball with notes for agents: dist/%s', (name) => {
  expect(complaints({ [`dist/${name}`]: 'Notes.\n' })).toEqual([
    `@patchbay/parrot: dist/${name} is for those who work here and is in the tarball: keep it out of dist`,
  ]);
});

describe('the manifest', () => {
  it.each<[object, string]>([
    [{ license: 'MIT' }, '`license` is "MIT", and should be "Apache-2.0"'],
    [{ engines: { node: '>=18' } }, '`engines.node` is ">=18", and should be ">=20.19"'],
    [{ engines: undefined }, '`engines.node` is undefined, and should be ">=20.19"'],
    [{ publishConfig: {} }, '`publishConfig.access` is undefined, and should be "public"'],
    [{ description: '' }, '`description` is missing: what it is, in a line'],
    [{ scripts: { postinstall: 'node x' } }, '`scripts.postinstall` would run at those who install it: leave it out'],
  ])('with %j', (changes, complaint) => {
    expect(withManifest(changes)).toEqual([`@patchbay/parrot: ${complaint}`]);
  });

  it.each(['registry', '@patchbay:registry', 'tag'])('with %s in `publishConfig`', (setting) => {
    expect(
      withManifest({ publishConfig: { ...manifest.publishConfig, [setting]: 'https://npm.example.com/' } }),
    ).toEqual([
      `@patchbay/parrot: \`publishConfig.${setting}\` would send it elsewhere than the others: ` +
        'leave it out, and it goes where npm is configured to',
    ]);
  });

  it('with a package that is private, though its version is that of all', async () => {
    const root = parrotWorkspace();
    const aviary = { name: '@patchbay/aviary', version: parrot.version, private: true };
    const dependencies = { ...parrot.dependencies, '@patchbay/aviary': 'workspace:*' };
    write(root, {
      'packages/aviary/package.json': aviary,
      'plugins/parrot/package.json': { ...parrot, dependencies },
      'plugins/parrot/node_modules/@patchbay/aviary/package.json': aviary,
    });
    const { complaints: said } = await checkPackages({ root, write: true });
    expect(said).toEqual([
      '@patchbay/parrot: `dependencies.@patchbay/aviary` is private, and nobody can install it: ' +
        'publish it, or make it a dev dependency that no build imports',
    ]);
  });

  it.each<[string, string, string]>([
    ['directory', 'plugins/macaw', 'plugins/parrot'],
    ['url', 'https://github.com/elsewhere/patchbay', 'git+https://github.com/patchbay-voice/patchbay.git'],
    ['type', 'svn', 'git'],
  ])('with another %s of its repository', (field, value, wanted) => {
    expect(withManifest({ repository: { ...manifest.repository, [field]: value } })).toEqual([
      `@patchbay/parrot: \`repository.${field}\` is "${value}", and should be "${wanted}"`,
    ]);
  });

  it.each(['workspace:*', 'workspace:^', 'catalog:', 'catalog:runtime', 'link:../ws', 'file:../ws'])(
    'with %s, which nobody can install',
    (range) => {
      for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const) {
        expect(withManifest({ [field]: { ...manifest[field], ws: range } })).toContain(
          `@patchbay/parrot: \`${field}.ws\` is "${range}", which nobody can install: pack with pnpm, which writes the version`,
        );
      }
    },
  );

  it.each(['^0.3.0', '0.2.9', '*'])('with a package of ours that is not of this release: %s', (range) => {
    expect(withManifest({ dependencies: { ...manifest.dependencies, '@patchbay/ws-url': range } })).toEqual([
      `@patchbay/parrot: \`dependencies.@patchbay/ws-url\` is "${range}", and this is 0.3.0: ` +
        'write "workspace:*", all are released together',
    ]);
  });
});

describe('the exports', () => {
  it.each([['.'], ['./package.json']])('without %s', (path) => {
    const { [path]: _left, ...exports } = manifest.exports!;
    expect(withManifest({ exports })).toContain(`@patchbay/parrot: \`exports["${path}"]\` is missing`);
  });

  it('with the sources', () => {
    expect(withExports({ dev: './src/index.ts' })).toEqual([
      '@patchbay/parrot: `exports["."].dev` is published: `publishConfig.exports` should have import and require only',
    ]);
  });

  it.each<[string, object]>([
    ['import.types', { import: { default: './dist/index.js' } }],
    ['require.default', { require: { types: './dist/index.d.cts' } }],
  ])('without %s', (condition, conditions) => {
    expect(withExports(conditions)).toEqual([
      `@patchbay/parrot: \`exports["."].${condition}\` is missing: ES modules and CommonJS, each with types`,
    ]);
  });

  it.each(['dist/index.js', 'dist/index.d.cts'])('of %s, which was not built', (file) => {
    expect(complaints({ [file]: null })).toContainEqual(
      expect.stringMatching(`is ./${file}, which is not in the tarball: pnpm build`),
    );
  });

  it('that differ from module system to module system', () => {
    expect(
      complaints({ 'dist/index.d.cts': declarations.replace('a1b2.js', 'c3d4.cjs').replace(', TTS }', ' }') }),
    ).toEqual([
      '@patchbay/parrot: `exports["."]` exports MAX, type ParrotOptions, TTS as an ES module ' +
        'and MAX, type ParrotOptions as CommonJS: pnpm build',
    ]);
  });

  it.each(['main', 'module', 'types'])('without %s, for tools that know none', (field) => {
    const complaint = `@patchbay/parrot: \`${field}\` is missing: it should be a file of dist, for tools that know no exports`;
    expect(withManifest({ [field]: undefined })).toEqual([complaint]);
    expect(withManifest({ [field]: './dist/nowhere.js' })).toHaveLength(1);
  });

  it('of a program that no shell could start, or that is not there', () => {
    expect(complaints({ 'dist/cli.js': 'console.log(1);\n' })).toEqual([
      '@patchbay/parrot: `bin` has ./dist/cli.js, which does not begin with "#!"',
    ]);
    expect(withManifest({ bin: './dist/nowhere.js' })).toEqual([
      '@patchbay/parrot: `bin` has ./dist/nowhere.js, which is not in the tarball',
    ]);
  });
});

describe('the code', () => {
  it.each<[string, string]>([
    ['dist/index.d.ts', 'import { WebSocket } from "ws";\n'],
    ['dist/index.d.cts', 'import type WebSocket = require("ws");\n'],
    ['dist/index.d.ts', 'export declare const socket: import("ws").WebSocket;\n'],
  ])('that declares in %s what has no types: %s', (file, line) => {
    expect(complaints({ [file]: readFileSync(join(good, file), 'utf8') + line })).toContain(
      `@patchbay/parrot: ${file} names types of ws, which users do not have: write a type of ours`,
    );
  });

  it.each<[string, string, string]>([
    ['dist/index.js', "import 'left-pad';\n", 'left-pad'],
    ['dist/index.cjs', "require('@patchbay/loopback/deep');\n", '@patchbay/loopback'],
    ['dist/index.d.ts', 'import { LLM } from "openai/resources";\n', 'openai'],
  ])('of %s that imports what is not installed with it', (file, line, name) => {
    expect(complaints({ [file]: readFileSync(join(good, file), 'utf8') + line })).toEqual([
      `@patchbay/parrot: ${file} imports ${name}, which is not installed with it: ` +
        'add it to `dependencies` or `peerDependencies`',
    ]);
  });
});

describe('the README', () => {
  const readme = (from: string, to: string): string[] =>
    complaints({ 'README.md': readFileSync(join(good, 'README.md'), 'utf8').replace(from, to) });

  it.each(['## Where to connect', '## What was verified, and how'])('without "%s"', (heading) => {
    expect(readme(heading, '## Something else')).toEqual([`@patchbay/parrot: README.md has no section "${heading}"`]);
  });

  it('that begins with another name', () => {
    expect(readme('# @patchbay/parrot', '# Parrots')).toEqual([
      '@patchbay/parrot: README.md should begin with "# @patchbay/parrot"',
    ]);
  });

  it('without a section of its own', () => {
    expect(readme('## `TTS`\n', '')).toEqual([expect.stringMatching(/should have a section for each class/)]);
  });

  it('that does not say how to install it', () => {
    expect(readme('pnpm add @patchbay/parrot', 'pnpm add')).toEqual([
      expect.stringMatching(/"pnpm add @patchbay\/parrot …"$/),
    ]);
  });
});

describe('what a package exports', () => {
  it('is on a page that is written when asked, and an error when it is another', async () => {
    const root = parrotWorkspace();
    expect((await checkPackages({ root })).complaints).toEqual(
      ['parrot', 'ws-url'].map((name) =>
        expect.stringMatching(`@patchbay/${name}: there is no api.md: run \`pnpm check:packages --write\``),
      ),
    );
    expect((await checkPackages({ root, write: true })).complaints).toEqual([]);
    expect(await checkPackages({ root })).toEqual({
      complaints: [],
      checked: ['@patchbay/parrot@0.3.0', '@patchbay/ws-url@0.3.0'],
    });

    const page = readFileSync(join(root, 'plugins/parrot/api.md'), 'utf8');
    expect(page).toContain('- `MAX`\n- `type ParrotOptions`\n- `TTS`\n');
    expect(page).toContain('interface ParrotOptions {\n  volume?: number;\n}');
    // Of the file beside it, which has another name after every build.
    expect(page).toContain('interface Clock {\n  now(): number;\n}');
    expect(page).not.toMatch(/a1b2|How loud|ear;|#private/);
    expect(page).toContain('protected mouth: string;');

    write(root, { 'packages/ws-url/dist/index.d.ts': 'export declare const one = 11;\n' });
    expect((await checkPackages({ root })).complaints).toEqual([
      '@patchbay/ws-url: what it exports is not what api.md says: run `pnpm check:packages --write`, ' +
        'and look at the difference as a user would',
    ]);
  });
});

/** What `api.md` says of a parrot that is declared so. */
async function pageOf(files: Files): Promise<string> {
  const root = parrotWorkspace();
  write(root, files);
  await checkPackages({ root, write: true });
  return readFileSync(join(root, 'plugins/parrot/api.md'), 'utf8');
}

describe('two exports that change their names', () => {
  const birds = 'interface Ara {}\ninterface Lory {}\n';

  it.each<[string, (ara: string, lory: string) => Files]>([
    [
      'in the list of exports',
      (ara, lory) => ({
        'plugins/parrot/dist/index.d.ts': `${birds}export { Ara as ${ara}, Lory as ${lory} };\n`,
      }),
    ],
    [
      'where they are imported from a file beside it',
      (ara, lory) => ({
        'plugins/parrot/dist/index.d.ts': `import { t as ${ara}, n as ${lory} } from "./clock-a1b2.js";\nexport { Ara, Lory };\n`,
        'plugins/parrot/dist/clock-a1b2.d.ts': `${birds}export { Ara as t, Lory as n };\n`,
      }),
    ],
    [
      'in a file that all of is exported',
      (ara, lory) => ({
        'plugins/parrot/dist/index.d.ts': 'export * from "./clock-a1b2.js";\n',
        'plugins/parrot/dist/clock-a1b2.d.ts': `${birds}export { Ara as ${ara}, Lory as ${lory} };\n`,
      }),
    ],
    [
      'where they are exported from a package',
      (ara, lory) => ({
        'plugins/parrot/dist/index.d.ts': `export { Ara as ${ara}, Lory as ${lory} } from "@patchbay/ws-url";\n`,
      }),
    ],
  ])('change the page: %s', async (_where, files) => {
    const [straight, crossed] = [await pageOf(files('Ara', 'Lory')), await pageOf(files('Lory', 'Ara'))];
    expect(straight).not.toContain('which is');
    expect(crossed).not.toBe(straight);
  });

  it('are named with what they are', async () => {
    const page = await pageOf({
      'plugins/parrot/dist/index.d.ts': `${birds}export { type Ara as Lory, type Lory as Ara };\n`,
    });
    expect(page).toContain('- `type Ara`, which is `Lory`\n- `type Lory`, which is `Ara`\n');
  });
});

describe('tarballs that are there already', () => {
  it('are looked at in place of new ones: what npm packs of a workspace is refused', async () => {
    const root = parrotWorkspace();
    await checkPackages({ root, write: true });
    const from = scratchFolder();
    await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', from], {
      cwd: join(root, 'plugins/parrot'),
    });
    const { complaints: said, checked } = await checkPackages({ root, from });
    expect(checked).toEqual(['@patchbay/parrot@0.3.0']);
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringContaining('`dependencies.@patchbay/ws-url` is "workspace:*", which nobody can install'),
        expect.stringContaining('`peerDependencies.@livekit/agents` is "catalog:peer", which nobody can install'),
        expect.stringContaining('`exports["."].dev` is published'),
        '@patchbay/parrot: LICENSE is missing in the tarball',
      ]),
    );
  });

  it('must be of this workspace, and there', async () => {
    const root = parrotWorkspace();
    await checkPackages({ root, write: true });
    const from = scratchFolder();
    expect((await checkPackages({ root, from })).complaints).toEqual([`there is no tarball in ${from}`]);
    await pack(root, publishedOf(root), from);
    write(root, { 'plugins/parrot/package.json': { ...parrot, private: true } });
    expect((await checkPackages({ root, from })).complaints).toEqual([
      '@patchbay/parrot is no published package of this workspace: keep it out',
    ]);
  });
});

it('the program says what is wrong and ends with an error, or what it looked at', () => {
  const root = parrotWorkspace();
  const program = join(workspace, 'scripts/check-packages.ts');
  const check = (...words: string[]) =>
    spawnSync(process.execPath, ['-C', 'dev', program, '--root', root, ...words], { encoding: 'utf8' });
  expect(check()).toMatchObject({ status: 1, stderr: expect.stringContaining('there is no api.md') });
  expect(check('--write')).toMatchObject({ status: 0 });
  expect(check()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^2 packages, nothing wrong/) });
});
