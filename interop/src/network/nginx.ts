import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Loopback } from '@patchbay/loopback';
import { answers } from '../process/answers.ts';
import { debianEnvironment } from '../setup/debian.ts';
import { defineSystem } from '../system.ts';
import { startCloud } from './ways.ts';
import {
  brokenOff,
  comeBack,
  expectEveryTurn,
  expectEveryWord,
  expectHonestLoss,
  expectPassage,
  expectRefusal,
  goneIdle,
} from './callers.ts';
import { startVigil, withoutPings, type Vigil } from './vigil.ts';

interface World {
  cloud: Loopback;
  /** One of the locations of {@link configuration}. */
  at: (location: string) => { baseURL: string };
  /** Gives it another configuration, and resolves when that holds. */
  reload: () => Promise<void>;
  /** Who says nothing, from the start on. */
  vigil: Vigil;
}

let root = '';

export const nginx = defineSystem<World>({
  name: 'nginx',
  title: 'nginx',
  group: 'network',
  version: '1.22.1',
  needs: ['apt-get', 'dpkg-deb'],
  async install(installer) {
    root = await installer.debian('nginx', ['nginx-light=1.22.1*']);
  },
  async start(stage) {
    const [cloud, quiet] = [await startCloud(), await startCloud({ clock: withoutPings })];
    stage.atEnd(() => Promise.all([cloud.close(), quiet.close()]));
    const port = await stage.freePort();
    const nobody = `http://127.0.0.1:${await stage.freePort()}`;
    const folder = stage.folder();
    const file = join(folder, 'nginx.conf');
    const places = { folder, port, cloud: cloud.origin, quiet: quiet.origin, nobody };
    const configure = (edition: number) => writeFile(file, configuration({ ...places, edition }));
    await configure(1);
    const service = await stage.service({
      command: join(root, 'usr/sbin/nginx'),
      args: ['-c', file, '-e', 'stderr', '-p', folder],
      env: debianEnvironment(root),
      isReady: () => answers(`http://127.0.0.1:${port}`),
    });
    const at = (location: string): { baseURL: string } => ({ baseURL: `http://127.0.0.1:${port}/${location}/v1` });
    const vigil = startVigil(at('quiet'), { patienceMs: 60_000 });
    stage.atEnd(() => vigil.end());
    return {
      ...{ cloud, at, vigil },
      async reload() {
        await configure(2);
        service.kill('SIGHUP');
        while ((await (await fetch(`http://127.0.0.1:${port}/edition`)).text()) !== '2') await sleep(20);
      },
    };
  },
  cases: [
    {
      id: 'plain',
      about: 'passage',
      title: 'with its Upgrade lines it hands on calls and turns as they are',
      run: ({ at }) => expectPassage(at('plain')),
    },
    {
      id: 'no-upgrade',
      about: 'refusal',
      title: 'without its Upgrade lines, the error names them',
      run: ({ at }) =>
        expectRefusal(at('no-upgrade'), {
          dials: 1,
          says: /HTTP 426 by the gateway.*`proxy_http_version 1.1`/,
          hop: 'gateway',
        }),
    },
    {
      id: 'forbidden',
      about: 'refusal',
      title: 'a 403 of its own is not taken for the provider’s',
      run: ({ at }) => expectRefusal(at('forbidden'), { dials: 1, says: /HTTP 403 by the gateway/, hop: 'gateway' }),
    },
    {
      id: 'moved',
      about: 'refusal',
      title: 'a redirect is not followed with the key, and the error names where to',
      run: ({ at }) =>
        expectRefusal(at('moved'), { dials: 1, says: /301.*redirects are not followed/, hop: 'gateway' }),
    },
    {
      id: 'upstream-down',
      about: 'refusal',
      title: 'a 502 is tried again, and then told as the gateway’s',
      run: ({ at }) => expectRefusal(at('down'), { dials: 2, says: /HTTP 502 by the gateway/, hop: 'gateway' }),
    },
    {
      id: 'upstream-abort',
      about: 'cut',
      title: 'a provider that breaks off in the middle of a phrase costs no word of it',
      run: ({ at, cloud }) =>
        expectEveryWord(at('plain'), { dials: 2, loss: brokenOff, midway: () => cloud.dropSockets() }),
    },
    {
      id: 'long-outage',
      about: 'cut',
      title: 'what of a monologue is lost while its upstream is down for seconds is reported to the letter',
      run: ({ at, cloud }) =>
        expectHonestLoss(at('plain'), {
          ...{ dials: 2, loss: brokenOff, refused: /HTTP 502 by the gateway/ },
          outage: () => outageOf(cloud),
        }),
    },
    {
      id: 'reload',
      about: 'operation',
      title: 'a reload in the middle of a phrase is not noticed',
      run: ({ at, reload }) => expectEveryWord(at('plain'), { dials: 1, midway: reload }),
    },
    {
      id: 'read-timeout',
      about: 'silence',
      title: 'a `proxy_read_timeout` below our ping cuts off who is silent, and costs no word',
      run: async ({ at }) => {
        await expectEveryTurn(at('impatient'), { dials: 2, first: goneIdle });
        return expectEveryWord(at('impatient'), { dials: 2, loss: brokenOff, first: comeBack });
      },
    },
    {
      id: 'default-timeout',
      about: 'silence',
      title: 'the default of 60 s ends a silent connection, and none of ours, which pings',
      run: ({ vigil }) => vigil.outcome(),
    },
  ],
});

/** Six seconds, which the plugin’s attempts to come back outlast. */
async function outageOf(cloud: Loopback): Promise<void> {
  const outage = cloud.faults.inject('refuse-connection');
  cloud.dropSockets();
  await sleep(6_000);
  outage.remove();
}

interface Places {
  folder: string;
  port: number;
  cloud: string;
  /** Never pings. */
  quiet: string;
  nobody: string;
  /** Told at `/edition`. */
  edition: number;
}

/** What people write, each in a location of its own. */
function configuration({ folder, port, cloud, quiet, nobody, edition }: Places): string {
  const upgrades = `
      proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr; events {}
http {
  access_log off; ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port};
    location /plain/ { proxy_pass ${cloud}/; ${upgrades} }
    location /quiet/ { proxy_pass ${quiet}/; ${upgrades} }
    location /impatient/ { proxy_pass ${quiet}/; proxy_read_timeout 3s; ${upgrades} }
    location /no-upgrade/ { proxy_pass ${cloud}/; }
    location /down/ { proxy_pass ${nobody}/; ${upgrades} }
    location /edition { return 200 ${edition}; }
    location /forbidden/ { return 403; }
    location /moved/ { return 301 https://elsewhere.example.com/v1; }
  }
}
`;
}
