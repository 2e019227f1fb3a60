import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listens } from '../../process/answers.ts';
import { defineSystem } from '../../system.ts';
import { startClouds } from '../tunnel.ts';
import { inspectionCases, type World } from './cases.ts';

let programs = '';

export const mitmproxy = defineSystem<World>({
  name: 'mitmproxy',
  title: 'mitmproxy',
  group: 'network',
  version: '11.0.2',
  needs: ['python3'],
  async install(installer) {
    programs = await installer.python('mitmproxy', { requirements: join(import.meta.dirname, 'requirements.lock') });
  },
  async start(stage) {
    const tunnel = await startClouds(stage);
    const folder = stage.folder();
    const providers = join(folder, 'providers.pem');
    await writeFile(providers, tunnel.ca);
    const proxy = await stage.service({
      command: join(programs, 'mitmdump'),
      args: [
        ...['--listen-host', '127.0.0.1', '--listen-port', String(tunnel.port)],
        ...['--set', `confdir=${folder}`, '--set', `ssl_verify_upstream_trusted_ca=${providers}`],
        ...['--scripts', join(import.meta.dirname, 'addon.py')],
      ],
      env: { PYTHONDONTWRITEBYTECODE: '1' },
      isReady: () => listens(tunnel.port),
    });
    const inspector = await readFile(join(folder, 'mitmproxy-ca-cert.pem'), 'utf8');
    return { ...tunnel, inspector, said: () => proxy.said() };
  },
  cases: inspectionCases,
});
