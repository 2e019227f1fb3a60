import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listens } from '../process/answers.ts';
import { debianEnvironment } from '../setup/debian.ts';
import type { Service } from '../process/service.ts';
import type { Stage } from '../stage.ts';
import { defineSystem } from '../system.ts';
import { brokenOff, expectReturn } from './callers.ts';
import { replaceable, type Replaceable } from './replaceable.ts';
import { tunnelCases } from './tunnel-cases.ts';
import { forbiddenDomain, password, startClouds, through, user, type Tunnel } from './tunnel.ts';
import { startVigil, withoutPings, type Vigil } from './vigil.ts';
import { startCloud } from './ways.ts';

interface World extends Tunnel {
  proxy: Replaceable;
  /** Who says nothing, from the start on, through one that has another patience. */
  vigil: Vigil;
}

/** With idle tunnels, seconds. Loopback would ping after twenty. */
const patience = { short: 3, long: 17 };

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
    const quiet = await startCloud({ clock: withoutPings });
    stage.atEnd(() => quiet.close());
    const patient = { ...tunnel, port: await stage.freePort(), plain: quiet };
    await startProxy(stage, patient, { idleSeconds: patience.long });
    const vigil = startVigil(through(patient, quiet.url), { patienceMs: patience.long * 1_000 });
    stage.atEnd(() => vigil.end());
    const proxy = await replaceable(() => startProxy(stage, tunnel, { idleSeconds: patience.short }));
    return { ...tunnel, proxy, vigil };
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
      title: 'a proxy that has 17 s of patience ends a silent tunnel, and none of ours, which pings',
      run: ({ vigil }) => vigil.outcome(),
    },
  ],
});

function replaced(world: World): Promise<string> {
  const { proxy, port, plain } = world;
  const unreachable = `the proxy 127\\.0\\.0\\.1:${port} of \`proxy\` cannot be reached`;
  return expectReturn(through(world, plain.url), {
    ...{ go: () => proxy.stop(), come: () => proxy.start() },
    ...{ loss: brokenOff, refused: new RegExp(unreachable) },
  }).then((seen) => seen.replace(`127.0.0.1:${port}`, 'HOST'));
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
