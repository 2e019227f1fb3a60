import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listens } from '../process/answers.ts';
import { debianEnvironment } from '../setup/debian.ts';
import type { Service } from '../process/service.ts';
import type { Stage } from '../stage.ts';
import { defineSystem } from '../system.ts';
import type { Call } from '../talk/call.ts';
import { until } from '../talk/until.ts';
import { comeBack, expectEveryWord } from './callers.ts';
import { tunnelCases } from './tunnel-cases.ts';
import { forbiddenDomain, password, startClouds, through, user, type Tunnel } from './tunnel.ts';

interface World extends Tunnel {
  proxy: Service;
  /** Starts it another time. */
  restart: () => Promise<void>;
  /** What came of callers who listen, from the start on, through one that ends idle tunnels after seventeen seconds. */
  listeners: Promise<string>;
}

let root = '';

export const tinyproxy = defineSystem<World>({
  name: 'tinyproxy',
  title: 'Tinyproxy',
  group: 'network',
  version: '1.11.1',
  needs: ['apt-get', 'dpkg-deb'],
  async install(installer) {
    root = await installer.debian('tinyproxy', ['tinyproxy-bin=1.11.1*']);
  },
  async start(stage) {
    const tunnel = await startClouds(stage);
    const [hasty, patient] = [tunnel, { ...tunnel, port: await stage.freePort() }];
    await startProxy(stage, patient, { idleSeconds: 17 });
    const listeners = listen(stage, patient);
    const start = (): Promise<Service> => startProxy(stage, hasty, { idleSeconds: 3 });
    const world: World = {
      ...hasty,
      proxy: await start(),
      restart: async () => void (world.proxy = await start()),
      listeners,
    };
    return world;
  },
  cases: [
    ...tunnelCases({ wrongPassword: 401, deadPort: 500 }),
    {
      id: 'restart',
      about: 'loss',
      title:
        'a proxy that goes in the middle of a phrase is missed by name, and when it is back the phrase is heard whole',
      run: replaced,
    },
    {
      id: 'ping',
      about: 'idle',
      title: 'tunnels of callers who listen for longer than the 17 s of a proxy’s patience live on, because they ping',
      run: ({ listeners }) => listeners,
    },
  ],
});

async function replaced(world: World): Promise<string> {
  let calls: readonly Call[] = [];
  const unreachable = `the proxy 127.0.0.1:${world.port} of \`proxy\` cannot be reached`;
  return expectEveryWord(through(world, world.plain.url), {
    first: async (all) => (calls = all),
    loss: /broke off/,
    async midway() {
      await world.proxy.stop();
      await until(
        () => calls.every(({ losses }) => losses.some(({ message }) => message.includes(unreachable))),
        unreachable,
      );
      await world.restart();
      await comeBack(calls);
    },
  });
}

/** Told by its case, whenever that runs. */
function listen(stage: Stage, tunnel: Tunnel): Promise<string> {
  const over = new AbortController();
  // Loopback would ping after twenty.
  const first = (): Promise<void> => sleep(19_000, undefined, { signal: over.signal });
  const heard = expectEveryWord(through(tunnel, tunnel.plain.url), { dials: 1, first });
  stage.atEnd(() => {
    over.abort();
    return heard.catch(() => undefined);
  });
  heard.catch(() => undefined);
  return heard;
}

async function startProxy(stage: Stage, tunnel: Tunnel, { idleSeconds }: { idleSeconds: number }): Promise<Service> {
  const { port, secure, plain, deadPort } = tunnel;
  const file = join(stage.folder(), `${idleSeconds}.conf`);
  const filter = join(stage.folder(), 'filter');
  await writeFile(filter, `^${forbiddenDomain}$\n`);
  await writeFile(
    file,
    `Port ${port}
Listen 127.0.0.1
Allow 127.0.0.1
Timeout ${idleSeconds}
BasicAuth ${user} ${password}
Filter "${filter}"
${[secure.port, plain.port, deadPort].map((open) => `ConnectPort ${open}`).join('\n')}
`,
  );
  return stage.service({
    command: join(root, 'usr/bin/tinyproxy'),
    args: ['-d', '-c', file],
    env: debianEnvironment(root),
    isReady: () => listens(port),
  });
}
