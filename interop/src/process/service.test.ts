import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Stage } from '../stage.ts';
import { answers } from './answers.ts';
import { startService, type Service } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'service-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stage = new Stage('service-test');
const log = join(folder, 'log');
const never = (): Promise<boolean> => Promise.resolve(false);
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function serve(script: string): Promise<{ service: Service; url: string }> {
  const url = `http://127.0.0.1:${await stage.freePort()}`;
  const args = ['-e', script, new URL(url).port];
  return { url, service: await startService({ command: process.execPath, args, log, isReady: () => answers(url) }) };
}

const server = `require('http').createServer((_, r) => r.end('yes')).listen(process.argv[1], '127.0.0.1');`;

describe('a service', () => {
  it('is there when it is said to be, and gone when it was stopped', async () => {
    const { service, url } = await serve(server);
    expect(await (await fetch(url)).text()).toBe('yes');
    await service.stop();
    await expect(fetch(url)).rejects.toThrow();
    expect(isAlive(service.pid)).toBe(false);
  });

  it('is stopped with what it started, though its child does not listen', async () => {
    const port = await stage.freePort();
    const child = `process.on('SIGTERM', () => {}); require('http').createServer((_, r) => r.end()).listen(${port}, '127.0.0.1')`;
    const spawn = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]);`;
    const { service } = await serve(spawn + server);
    await expect.poll(() => answers(`http://127.0.0.1:${port}`).catch(() => false), { timeout: 30_000 }).toBe(true);
    await service.stop();
    await expect.poll(() => answers(`http://127.0.0.1:${port}`).catch(() => false), { timeout: 30_000 }).toBe(false);
  });

  it('that ends before it is ready says what it said', async () => {
    const args = ['-e', `console.error('no such file'); process.exit(3)`];
    const start = startService({ command: process.execPath, args, log, isReady: never });
    await expect(start).rejects.toThrow(/ended before it was ready:\nno such file/);
  });

  it('that is not there is an error that names it', async () => {
    await expect(startService({ command: '/no/such/program', log, isReady: never })).rejects.toThrow(
      '/no/such/program',
    );
  });

  it('inherits nothing of the user’s but what finds programs', async () => {
    process.env.OPENAI_API_KEY = 'sk-of-the-user';
    const { service } = await serve(`console.log(Object.keys(process.env).sort().join());` + server);
    delete process.env.OPENAI_API_KEY;
    expect(service.said()).not.toContain('OPENAI_API_KEY');
    expect(service.said()).toContain('PATH');
    await service.stop();
  });
});
