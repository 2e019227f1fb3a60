import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import OpenAI from 'openai-7';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCertificate } from './__fixtures__/certificate.ts';
import { startLoopback } from './server.ts';

const run = promisify(execFile);
const packageDirectory = resolve(import.meta.dirname, '..');
const workspace = resolve(packageDirectory, '../..');

let place: string;
/** The bin, linked as an installation links it. */
let bin: string;
let files: string[];
let manifest: { version: string; dependencies: Record<string, string>; exports: unknown };

/**
 * Builds and packs the package in a copy of the workspace, so that nobody's `dist` is touched, and puts the tarball and
 * what it depends on into a project of its own.
 */
beforeAll(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'loopback-pack-')));
  const copy = join(place, 'workspace/packages/loopback');
  await mkdir(copy, { recursive: true });
  for (const file of ['package.json', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'tsdown.base.ts']) {
    await cp(join(workspace, file), join(place, 'workspace', file));
  }
  for (const file of ['package.json', 'tsconfig.json', 'tsdown.config.ts', 'src']) {
    const filter = (source: string): boolean => !/\.test\.ts$|__fixtures__/.test(source);
    await cp(join(packageDirectory, file), join(copy, file), { recursive: true, filter });
  }
  await symlink(join(workspace, 'node_modules'), join(place, 'workspace/node_modules'));
  await symlink(join(packageDirectory, 'node_modules'), join(copy, 'node_modules'));
  await run(join(workspace, 'node_modules/.bin/tsdown'), [], { cwd: copy });
  await run('pnpm', ['pack', '--pack-destination', place], { cwd: copy });

  const tarball = (await readdir(place)).find((file) => file.endsWith('.tgz'))!;
  const modules = join(place, 'project/node_modules');
  const installed = join(modules, '@patchbay/loopback');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(place, tarball), '--strip-components=1', '-C', installed]);
  files = (await readdir(installed, { recursive: true })).sort();
  const packed = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as typeof manifest & {
    bin: { loopback: string };
  };
  manifest = packed;
  for (const name of Object.keys(packed.dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(await realpath(join(packageDirectory, 'node_modules', name)), join(modules, name));
  }
  await mkdir(join(modules, '.bin'));
  bin = join(modules, '.bin/loopback');
  await symlink(join(installed, packed.bin.loopback), bin);
}, 300_000);
afterAll(() => rm(place, { recursive: true, force: true }));

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

interface Served {
  url: string;
  key: string;
  lines: string[];
  /** Ends it as a terminal or a supervisor does; resolves with the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

async function serve(...args: string[]): Promise<Served> {
  const child = spawn(bin, ['--port', '0', ...args], {
    cwd: join(place, 'project'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const lines: string[] = [];
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    url ||= /OPENAI_BASE_URL=(\S+)/.exec(line)?.[1] ?? '';
    const key = /OPENAI_API_KEY=(\S+)/.exec(line)?.[1];
    if (key) return { url, key, lines, stop: (signal) => stop(child, signal) };
  }
  throw new Error(`It ended before it listened: ${lines.join('\n')}`);
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  child.stdout?.resume();
  child.kill(signal);
  return (await exit)[0] as number | null;
}

async function refused(...args: string[]): Promise<{ code: number; stderr: string }> {
  const failure = await run(bin, args).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  );
  if (!failure) throw new Error('It was not refused');
  return { code: failure.code, stderr: failure.stderr };
}

describe('the packed package', () => {
  it('holds what was built and nothing else', () => {
    const names = files.map((file) => basename(file));
    expect(names).toEqual(expect.arrayContaining(['index.js', 'index.cjs', 'index.d.ts', 'index.d.cts', 'cli.js']));
    expect(names).toEqual(expect.arrayContaining(['voice-worker.js', 'voice-worker.cjs']));
    expect(files.filter((file) => /(^|\/)src\/|\.test\./.test(file))).toEqual([]);
    expect(JSON.stringify(manifest.dependencies)).not.toMatch(/catalog:|workspace:/);
    expect(JSON.stringify(manifest.exports)).not.toContain('src/');
  });

  it('is imported and required, and finds its voice either way', async () => {
    const script = (load: string): string =>
      `${load}.then(({ startLoopback }) => startLoopback()).then((cloud) => cloud.close())`;
    const cwd = join(place, 'project');
    await run(process.execPath, ['--input-type=module', '-e', script("import('@patchbay/loopback')")], { cwd });
    await run(process.execPath, ['-e', script("Promise.resolve(require('@patchbay/loopback'))")], { cwd });
  });

  it('has types that know nothing of ws', async () => {
    const types = join(place, 'project/node_modules/@patchbay/loopback/dist');
    for (const file of (await readdir(types)).filter((name) => /\.d\.c?ts$/.test(name))) {
      expect(/from ['"]ws['"]/.test(await readFile(join(types, file), 'utf8')), file).toBe(false);
    }
  });
});

describe('the bin', () => {
  it('says its version and how to use it', async () => {
    expect((await run(bin, ['--version'])).stdout.trim()).toBe(manifest.version);
    const { stdout } = await run(bin, ['--help']);
    for (const flag of [
      '--port',
      '--gateway',
      '--mind',
      '--carrier',
      '--key',
      '--tls-cert',
      '--tls-key',
      '--fault',
      '--list-faults',
      'litellm@1.105',
    ]) {
      expect(stdout).toContain(flag);
    }
  });

  it('lists the faults', async () => {
    const { stdout } = await run(bin, ['--list-faults']);
    expect(stdout).toContain('stall-after[:POINT][,times=…][,path=…]');
    expect(stdout).toContain('refuse[:STATUS][,retry-after=…][,body=…][,request-id=…][,times=…][,path=…]');
  });

  it.each([
    [['--port', 'eighty'], '--port'],
    [['--port', '70000'], '--port'],
    [['--gateway', 'nginx'], 'litellm@1.105'],
    [['--mind', 'genius'], '--mind'],
    [['--carrier', 'pigeon'], '--carrier'],
    [['--fault', 'stal-after:3'], 'stall-after'],
    [['--fault', 'silence', '--fault', 'drop-after:2,ms=3'], 'drop-after[:POINT]'],
    [['--tls-cert', 'cert.pem'], '--tls-key'],
    [['--colour'], '--colour'],
    [['--key', ''], '--key'],
    [['--key', 'sk-mine', '--key', 'a b'], '--key'],
  ])('refuses %j with exit code 2 and a line that helps', async (args, word) => {
    const { code, stderr } = await refused(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(word);
    expect(stderr).not.toContain('    at ');
  });

  it('fails with exit code 1 when the port is taken', async () => {
    const first = await startLoopback({ voice: 'plain' });
    const { code, stderr } = await refused('--port', String(first.port));
    await first.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining('EADDRINUSE')]);
  });

  it('speaks and hears behind a gateway, says what arrives, and stops on SIGTERM', async () => {
    const served = await serve('--gateway', 'litellm', '--key', 'sk-mine');
    expect(served.key).toBe('sk-mine');
    expect(served.lines.join('\n')).toContain('behind the rules of litellm');
    const client = new OpenAI({ apiKey: served.key, baseURL: served.url, maxRetries: 0 });
    const spoken = await client.audio.speech.create({
      model: 'tts-1',
      voice: 'alloy',
      input: 'Read this back to me.',
      response_format: 'wav',
    });
    const file = new File([Buffer.from(await spoken.arrayBuffer())], 'a.wav');
    const { text } = await client.audio.transcriptions.create({ model: 'whisper-1', file });
    expect(text).toBe('Read this back to me.');
    await expect(client.withOptions({ apiKey: 'sk-other' }).models.list()).rejects.toMatchObject({ status: 400 });
    expect(await served.stop('SIGTERM')).toBe(0);
    await expect(fetch(served.url)).rejects.toThrow();
  });

  it('asks another service with --mind, with the key from the environment, and stops on SIGINT', async () => {
    const mind = await startLoopback({ voice: 'plain', mind: 'echo', keys: ['sk-of-the-mind'] });
    process.env.LOOPBACK_MIND_KEY = 'sk-of-the-mind';
    try {
      const served = await serve('--mind', mind.url, '--mind-model', 'gpt-other', '--quiet');
      const client = new OpenAI({ apiKey: served.key, baseURL: served.url });
      const messages = [{ role: 'user' as const, content: 'pass this on' }];
      const answer = await client.chat.completions.create({ model: 'gpt-5-mini', messages });
      expect(answer.choices[0]?.message.content).toBe('pass this on');
      expect(mind.requests[0]?.body).toMatchObject({ model: 'gpt-other' });
      expect(await served.stop('SIGINT')).toBe(0);
    } finally {
      delete process.env.LOOPBACK_MIND_KEY;
      await mind.close();
    }
  });

  it('makes go wrong what --fault says', async () => {
    const served = await serve(
      '--quiet',
      '--fault',
      'refuse:418,times=1',
      '--fault',
      'json-null:1,times=1,path=/models',
    );
    const ask = (): Promise<Response> => fetch(`${served.url}/models`, { headers: { authorization: 'Bearer k' } });
    expect((await ask()).status).toBe(418);
    expect(await (await ask()).json()).toBeNull();
    expect(await (await ask()).json()).toMatchObject({ object: 'list' });
    expect(await served.stop('SIGTERM')).toBe(0);
  });

  it('serves TLS', async () => {
    const { tls, ca } = await createCertificate();
    const [cert, key] = [join(place, 'cert.pem'), join(place, 'key.pem')];
    await writeFile(cert, tls.cert);
    await writeFile(key, tls.key);
    const served = await serve('--tls-cert', cert, '--tls-key', key, '--mind', 'echo', '--carrier', 'off');
    const status = await new Promise((done, failed) => {
      const request = get(`${served.url}/models`, { ca, headers: { authorization: 'Bearer k' } }, (response) => {
        response.resume();
        done(response.statusCode);
      });
      request.on('error', failed);
    });
    expect([new URL(served.url).protocol, status]).toEqual(['https:', 200]);
    expect(await served.stop('SIGTERM')).toBe(0);
  });
});
