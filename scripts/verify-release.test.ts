import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { workspace, write } from './release/__fixtures__/scratch.ts';
import { openai, smallWorkspace } from './release/__fixtures__/small-workspace.ts';
import { tagOf, verifyRelease, type Verification } from './verify-release.ts';

interface Entry {
  versions: Record<string, object>;
  'dist-tags': Record<string, string>;
}

/** A package as a registry knows it: these versions, the last of them `latest`. */
const entry = (...versions: string[]): Entry => ({
  versions: Object.fromEntries(versions.map((version) => [version, {}])),
  'dist-tags': { latest: versions.at(-1)! },
});

const both = { '@patchbay/ws-url': entry('0.2.0', '0.3.0'), '@patchbay/openai': entry('0.3.0') };

/** A registry that knows these packages, after it has said for a while that it knows none. */
async function registryWith(packages: Record<string, Entry>, { late = 0, status = 404 } = {}) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const known = packages[decodeURIComponent(url.slice(1))];
    const isThere = known !== undefined && asked.filter((each) => each === url).length > late;
    response.writeHead(isThere ? 200 : status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isThere ? known : { error: 'Not found' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

const verify = (registry: string, more: Partial<Verification> = {}) =>
  verifyRelease({ root: smallWorkspace(), registry, waitSeconds: 0, everySeconds: 0.005, ...more });

describe('a release', () => {
  it('is there when every published package is, in its version; private ones are not asked for', async () => {
    const { registry, asked } = await registryWith(both);
    expect(await verify(registry)).toEqual({
      there: ['@patchbay/openai@0.3.0', '@patchbay/ws-url@0.3.0'],
      complaints: [],
    });
    expect(asked.sort()).toEqual(['/@patchbay%2fopenai', '/@patchbay%2fws-url']);
  });

  it.each<[string, Record<string, Entry>, string]>([
    [
      'unknown',
      { '@patchbay/openai': entry('0.3.0') },
      '@patchbay/ws-url@0.3.0 is not there: the registry knows no @patchbay/ws-url',
    ],
    [
      'older',
      { ...both, '@patchbay/ws-url': entry('0.2.0') },
      '@patchbay/ws-url@0.3.0 is not there, other versions are',
    ],
  ])('is not where one package is %s', async (_what, packages, complaint) => {
    const { registry } = await registryWith(packages);
    expect(await verify(registry)).toEqual({ there: ['@patchbay/openai@0.3.0'], complaints: [complaint] });
  });

  it('is not what the tag says', async () => {
    const { registry } = await registryWith({ ...both, '@patchbay/ws-url': entry('0.3.0', '0.4.0') });
    expect((await verify(registry)).complaints).toEqual([]);
    expect((await verify(registry, { tag: 'latest' })).complaints).toEqual([
      '@patchbay/ws-url@0.3.0 is there, but `latest` is 0.4.0',
    ]);
    expect((await verify(registry, { tag: 'rc' })).complaints[0]).toMatch(/`rc` is no version$/);
  });

  it('is not what was wanted without a provenance statement', async () => {
    const signed = { versions: { '0.3.0': { dist: { attestations: {} } } }, 'dist-tags': { latest: '0.3.0' } };
    const { registry } = await registryWith({ ...both, '@patchbay/openai': signed });
    expect((await verify(registry, { provenance: true })).complaints).toEqual([
      '@patchbay/ws-url@0.3.0 is there without a provenance statement',
    ]);
  });

  it('can be made where every name is known, in whatever version', async () => {
    const { registry } = await registryWith({ ...both, '@patchbay/ws-url': entry('0.0.0') });
    expect((await verify(registry, { names: true })).complaints).toEqual([]);
    const none = await registryWith({ '@patchbay/openai': entry('0.3.0') });
    expect((await verify(none.registry, { names: true })).complaints).toEqual([
      '@patchbay/ws-url@0.3.0 is not there: the registry knows no @patchbay/ws-url',
    ]);
  });

  it('may take a while to be seen, and what was seen is not asked for again', async () => {
    const { registry, asked } = await registryWith(both, { late: 2 });
    expect((await verify(registry, { waitSeconds: 30 })).complaints).toEqual([]);
    expect(asked).toHaveLength(6);
  });

  it('is in doubt while the registry is ill, or away', async () => {
    const { registry } = await registryWith({}, { status: 503 });
    expect((await verify(registry)).complaints[0]).toMatch(
      /^@patchbay\/ws-url@0\.3\.0 cannot be looked up: .* answers 503$/,
    );
    expect((await verify('http://127.0.0.1:1/')).complaints[0]).toMatch(
      /cannot be looked up: (connect ECONNREFUSED|bad port)/,
    );
  });

  it('is none where packages are not in step', async () => {
    const root = smallWorkspace();
    write(root, { 'plugins/openai/package.json': { ...openai, version: '0.3.1' } });
    const { registry, asked } = await registryWith(both);
    expect((await verify(registry, { root })).complaints).toEqual([
      'packages are not in step here, they are at 0.3.0, 0.3.1: pnpm version-packages',
    ]);
    expect(asked).toEqual([]);
  });
});

it('the program ends with an error that says how many there are, and what to do', async () => {
  const root = smallWorkspace();
  const program = join(workspace, 'scripts/verify-release.ts');
  const run = async (registry: string, ...more: string[]) => {
    const words = ['-C', 'dev', program, '--root', root, '--registry', registry, '--wait', '0', ...more];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { stdout, stderr, code: code as number };
  };
  expect(await run((await registryWith(both)).registry)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^all 2 packages are there: @patchbay\/openai@0\.3\.0/),
  });
  const half = await registryWith({ '@patchbay/openai': entry('0.3.0') });
  expect(await run(half.registry)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      '1 of 2 are there. docs/releases.md, "A release that stopped halfway", says what to do',
    ),
  });
  expect(await run(half.registry, '--names')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('docs/releases.md, "A name that is new", says what to do'),
  });
});

it('the program asks the registry that npm is configured with, unless another is named', async () => {
  const { registry, asked } = await registryWith(both);
  const words = ['-C', 'dev', join(workspace, 'scripts/verify-release.ts'), '--root', smallWorkspace(), '--wait', '0'];
  const child = spawn(process.execPath, words, { env: { ...process.env, npm_config_registry: registry } });
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, asked }).toEqual({
    code: 0,
    asked: expect.arrayContaining(['/@patchbay%2fws-url', '/@patchbay%2fopenai']),
  });
});

it.each<[string, object | undefined]>([
  ['latest', undefined],
  ['rc', { mode: 'pre', tag: 'rc' }],
  ['latest', { mode: 'exit', tag: 'rc' }],
])('%s is the tag that a release goes to, where the prerelease is %j', (tag, pre) => {
  expect(tagOf(smallWorkspace(pre === undefined ? {} : { '.changeset/pre.json': pre }))).toBe(tag);
});
