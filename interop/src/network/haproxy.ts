import { match } from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Loopback } from '@patchbay/loopback';
import { answers } from '../process/answers.ts';
import type { Service } from '../process/service.ts';
import { debianEnvironment } from '../setup/debian.ts';
import { defineSystem } from '../system.ts';
import { dictationOver, startCloud, wordsOf } from './ways.ts';
import { comeBack, expectEveryTurn, expectEveryWord, expectPassage, expectRefusal } from './callers.ts';
import { startVigil, withoutPings, type Vigil } from './vigil.ts';

interface World {
  haproxy: Service;
  cloud: Loopback;
  /** The first of two in a backend. */
  foremost: Loopback;
  /** One of the backends of {@link configuration}. */
  at: (backend: string) => { baseURL: string };
  /** Asks for something on the socket for administrators. */
  command: (line: string) => Promise<string>;
  /** Who says nothing, from the start on. */
  vigil: Vigil;
}

let root = '';

export const haproxy = defineSystem<World>({
  name: 'haproxy',
  title: 'HAProxy',
  group: 'network',
  version: '2.6.12',
  needs: ['apt-get', 'dpkg-deb'],
  async install(installer) {
    root = await installer.debian('haproxy', ['haproxy=2.6.12*']);
  },
  async start(stage) {
    const [cloud, foremost, second] = [await startCloud(), await startCloud(), await startCloud()];
    const quiet = await startCloud({ clock: withoutPings });
    stage.atEnd(() => Promise.all([cloud, foremost, second, quiet].map((each) => each.close())));
    const [port, admin, nobody] = [await stage.freePort(), await stage.freePort(), await stage.freePort()];
    const file = join(stage.folder(), 'haproxy.cfg');
    const clouds = { cloud: cloud.port, foremost: foremost.port, second: second.port, quiet: quiet.port };
    await writeFile(file, configuration({ port, admin, nobody, ...clouds }));
    const service = await stage.service({
      command: join(root, 'usr/sbin/haproxy'),
      args: ['-f', file, '-db'],
      env: debianEnvironment(root),
      isReady: () => answers(`http://127.0.0.1:${port}/`),
    });
    const at = (backend: string) => ({ baseURL: `http://127.0.0.1:${port}/${backend}/v1` });
    const vigil = startVigil(at('quiet'));
    stage.atEnd(() => vigil.end());
    return { haproxy: service, cloud, foremost, at, command: (line) => tell(admin, line), vigil };
  },
  cases: [
    {
      id: 'plain',
      about: 'passage',
      title: 'with a `timeout tunnel` it hands on calls and turns as they are',
      run: ({ at }) => expectPassage(at('plain')),
    },
    {
      id: 'denied',
      about: 'refusal',
      title: 'a 429 of its own is tried again, and then told as the gateway’s',
      run: ({ at }) => expectRefusal(at('denied'), { dials: 2, says: /HTTP 429 by the gateway/, hop: 'gateway' }),
    },
    {
      id: 'upstream-down',
      about: 'refusal',
      title: 'a 503 is tried again, and then told as the gateway’s',
      run: ({ at }) => expectRefusal(at('down'), { dials: 2, says: /HTTP 503 by the gateway/, hop: 'gateway' }),
    },
    {
      id: 'shutdown',
      about: 'cut',
      title: 'an administrator who ends every session in the middle of a phrase costs no word of it',
      run: ({ at, command }) =>
        expectEveryWord(at('plain'), { dials: 2, midway: () => command('shutdown sessions server plain/cloud') }),
    },
    {
      id: 'failover',
      about: 'cut',
      title: 'the first of two providers dies in the middle of a phrase: the second one hears all of it',
      run: ({ at, foremost }) => expectEveryWord(at('pair'), { midway: () => foremost.close() }),
    },
    {
      id: 'drain',
      about: 'operation',
      title: 'while a server is drained a call goes on, a new one is told of the 503, and succeeds afterwards',
      run: ({ at, command }) => expectDrain(at('plain'), command),
    },
    {
      id: 'short-timeout',
      about: 'silence',
      title: 'without a `timeout tunnel` that of ordinary requests cuts off who is silent, and costs no word',
      run: ({ at }) => expectEveryWord(at('impatient'), { first: comeBack }),
    },
    {
      id: 'tunnel-timeout',
      about: 'silence',
      title: 'a `timeout tunnel` of 20 s ends a silent connection, and none of ours, which pings',
      run: ({ vigil }) => vigil.outcome(),
    },
    {
      id: 'soft-stop',
      about: 'operation',
      title: 'a soft stop in the middle of a phrase is not noticed',
      run: ({ at, haproxy: service }) =>
        expectEveryWord(at('plain'), { dials: 1, midway: () => service.kill('SIGUSR1') }),
    },
  ],
});

async function expectDrain(way: { baseURL: string }, command: World['command']): Promise<string> {
  let refused = '';
  const seen = await expectEveryWord(way, {
    dials: 1,
    async midway() {
      await command('set server plain/cloud state drain');
      const late = dictationOver({ ...way, connOptions: { maxRetry: 0 } });
      const error = await late.failure().finally(() => late.end());
      match(error.message, /HTTP 503 by the gateway/);
      refused = wordsOf(error).replace(/: <.*/s, '');
      await command('set server plain/cloud state ready');
    },
  });
  await expectEveryTurn(way, { dials: 1 });
  return `${seen}; the new one: ${refused}; afterwards every word`;
}

/** Says a line to HAProxy's own socket. */
async function tell(port: number, line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(`${line}\n`);
  return (await text(socket)).trim();
}

type Places = Record<'port' | 'admin' | 'nobody' | 'cloud' | 'foremost' | 'second' | 'quiet', number>;

/** `/name/v1/…` goes to `/v1/…` of the backend of that name. */
function configuration({ port, admin, nobody, cloud, foremost, second, quiet }: Places): string {
  return `
global
  maxconn 200
  stats socket ipv4@127.0.0.1:${admin} level admin
defaults
  mode http
  timeout connect 2s
  retries 1
  timeout client 3s
  timeout server 3s
  timeout tunnel 1h
frontend all
  bind 127.0.0.1:${port}
  http-request set-var(txn.to) path,field(2,/)
  http-request replace-path ^/[^/]+(/.*)$ \\1
  use_backend %[var(txn.to)]
backend plain
  server cloud 127.0.0.1:${cloud}
backend quiet
  timeout tunnel 20s
  server quiet 127.0.0.1:${quiet}
backend impatient
  timeout tunnel 0
  server quiet 127.0.0.1:${quiet}
backend denied
  http-request deny deny_status 429
backend down
  server nobody 127.0.0.1:${nobody}
backend pair
  option redispatch
  server foremost 127.0.0.1:${foremost} check inter 500ms
  server second 127.0.0.1:${second} backup
`;
}
