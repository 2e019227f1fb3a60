import { readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import type { Loopback } from '@patchbay/loopback';
import { answers, listens } from '../process/answers.ts';
import { debianEnvironment } from '../setup/debian.ts';
import { defineSystem } from '../system.ts';
import { startCloud } from './ways.ts';
import { brokenOff, expectEveryWord, expectPassage, expectRefusal, expectReturn } from './callers.ts';
import { replaceable, type Replaceable } from './replaceable.ts';

interface World {
  cloud: Loopback;
  /** One of the routes of {@link configuration}. */
  at: (route: string) => { baseURL: string };
  /** The same, with a certificate by Caddy's own authority. */
  secure: { baseURL: string };
  /** That authority's certificate. */
  authority: string;
  reload: () => Promise<void>;
  service: Replaceable;
}

let root = '';

export const caddy = defineSystem<World>({
  name: 'caddy',
  title: 'Caddy',
  group: 'network',
  version: '2.6.2',
  needs: ['apt-get', 'dpkg-deb'],
  async install(installer) {
    root = await installer.debian('caddy', ['caddy=2.6.2*']);
  },
  async start(stage) {
    const cloud = await startCloud();
    stage.atEnd(() => cloud.close());
    const [port, tls, admin, nobody] = await Promise.all([1, 2, 3, 4].map(() => stage.freePort()));
    const storage = stage.folder('storage');
    const places = { port: port!, tls: tls!, admin: admin!, cloud: cloud.port, nobody: nobody! };
    const wanted = JSON.stringify(configuration(places, storage));
    const file = join(stage.folder(), 'caddy.json');
    await writeFile(file, wanted);
    const service = await replaceable(() =>
      stage.service({
        command: join(root, 'usr/bin/caddy'),
        args: ['run', '--config', file],
        env: debianEnvironment(root),
        isReady: async () => (await answers(`http://127.0.0.1:${port}/`)) && listens(tls!),
      }),
    );
    return {
      ...{ cloud, service },
      at: (route) => ({ baseURL: `http://127.0.0.1:${port}/${route}/v1` }),
      secure: { baseURL: `https://127.0.0.1:${tls}/plain/v1` },
      authority: await readFile(join(storage, 'pki/authorities/local/root.crt'), 'utf8'),
      reload: () => load(admin!, wanted),
    };
  },
  cases: [
    {
      id: 'plain',
      about: 'passage',
      title: 'it hands on calls and turns as they are',
      run: ({ at }) => expectPassage(at('plain')),
    },
    {
      id: 'own-authority',
      about: 'tls',
      title: 'a certificate by its own authority is trusted by an agent with `ca`',
      run: ({ secure, authority }) => expectEveryWord({ ...secure, agent: new Agent({ ca: authority }) }, { dials: 1 }),
    },
    {
      id: 'unknown-authority',
      about: 'tls',
      title: 'nobody else trusts it: dialled once, and the error says how to',
      run: ({ secure }) =>
        expectRefusal(secure, { dials: 1, says: /TLS failed with UNABLE_TO_\w+\..*NODE_EXTRA_CA_CERTS.*`ca`/ }),
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
      id: 'reload',
      about: 'operation',
      title: 'a reload closes calls with 1001 in the middle of a phrase, and costs no word of it',
      run: ({ at, reload }) => expectEveryWord(at('plain'), { dials: 2, loss: /code 1001/, midway: reload }),
    },
    {
      id: 'restart',
      about: 'operation',
      title: 'so does a restart',
      run: ({ at, service }) =>
        expectReturn(at('plain'), {
          ...{ go: () => service.stop(), come: () => service.start() },
          ...{ loss: /code 1001/, refused: /ECONNREFUSED/ },
        }),
    },
  ],
});

/** A reload, also to what is configured already. */
async function load(admin: number, configured: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'cache-control': 'must-revalidate' };
  const response = await fetch(`http://127.0.0.1:${admin}/load`, { method: 'POST', headers, body: configured });
  if (!response.ok) throw new Error(`Caddy took no configuration: ${await response.text()}`);
}

type Places = Record<'port' | 'tls' | 'admin' | 'cloud' | 'nobody', number>;

/** `/name/v1/…` goes to `/v1/…` of somebody. */
function configuration({ port, tls, admin, cloud, nobody }: Places, storage: string): object {
  const routes = [routeTo('plain', cloud), routeTo('down', nobody)];
  const servers = {
    plain: { listen: [`127.0.0.1:${port}`], automatic_https: { disable: true }, routes },
    secure: {
      listen: [`127.0.0.1:${tls}`],
      automatic_https: { disable: true },
      tls_connection_policies: [{}],
      routes,
    },
  };
  return {
    admin: { listen: `127.0.0.1:${admin}`, config: { persist: false } },
    storage: { module: 'file_system', root: storage },
    apps: {
      http: { servers },
      pki: { certificate_authorities: { local: { install_trust: false } } },
      tls: {
        certificates: { automate: ['127.0.0.1'] },
        automation: { policies: [{ subjects: ['127.0.0.1'], issuers: [{ module: 'internal' }] }] },
      },
    },
  };
}

function routeTo(name: string, port: number): object {
  return {
    match: [{ path: [`/${name}/*`] }],
    handle: [
      { handler: 'rewrite', strip_path_prefix: `/${name}` },
      { handler: 'reverse_proxy', upstreams: [{ dial: `127.0.0.1:${port}` }] },
    ],
  };
}
