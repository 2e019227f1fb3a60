import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Loopback } from '@patchbay/loopback';
import { answers, listens } from '../process/answers.ts';
import type { Service } from '../process/service.ts';
import { debianEnvironment } from '../setup/debian.ts';
import { defineSystem } from '../system.ts';
import { dictationOver, startCloud, wordsOf } from './ways.ts';
import { brokenOff, comeBack, expectEveryTurn, expectEveryWord, expectPassage, expectRefusal } from './callers.ts';
import { startVigil, withoutPings, type Vigil } from './vigil.ts';

interface World {
  haproxy: Service;
  cloud: Loopback;
  /** Two in a backend, of which the first is asked as long as it lives. */
  pair: Record<'foremost' | 'second', Loopback>;
  /** One of the backends of {@link configuration}. */
  at: (backend: string) => { baseURL: string };
  port: number;
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
    const vigil = startVigil(at('quiet'), { patienceMs: 20_000 });
    stage.atEnd(() => vigil.end());
    return {
      haproxy: service,
      cloud,
      pair: { foremost, second },
      at,
      command: (line) => tell(admin, line),
      port,
      vigil,
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
        expectEveryWord(at('plain'), {
          ...{ dials: 2, loss: brokenOff },
          midway: () => command('shutdown sessions server plain/cloud'),
        }),
    },
    {
      id: 'failover',
      about: 'cut',
      title: 'the first of two providers dies in the middle of a phrase: the second one hears all of it',
      run: ({ at, pair }) => expectFailover(at('pair'), pair),
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
      run: ({ at }) => expectEveryWord(at('impatient'), { dials: 2, loss: brokenOff, first: comeBack }),
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
      run: (world) => expectSoftStop(world),
    },
  ],
});

async function expectFailover(way: { baseURL: string }, { foremost, second }: World['pair']): Promise<string> {
  const callsAt = (): number[] => [foremost, second].map(({ requests }) => requests.length);
  let before: number[] = [];
  const midway = (): Promise<void> => {
    before = callsAt();
    return foremost.close();
  };
  const seen = await expectEveryWord(way, { dials: 2, loss: brokenOff, midway });
  deepEqual({ before, after: callsAt() }, { before: [2, 0], after: [2, 2] });
  return `${seen} Each at one provider, and then at the other`;
}

/** Takes no new calls, and ends by itself after the last of the old ones. */
async function expectSoftStop({ at, haproxy: service, port, vigil }: World): Promise<string> {
  await vigil.end();
  const seen = await expectEveryWord(at('plain'), {
    dials: 1,
    async midway() {
      service.kill('SIGUSR1');
      while (await listens(port).catch(() => false)) await sleep(20);
    },
  });
  equal(await service.ended, 0);
  return `${seen}; nobody else is let in, and after the last call it ends`;
}

async function expectDrain(way: { baseURL: string }, command: World['command']): Promise<string> {
  let refused = '';
  const seen = await expectEveryWord(way, {
    dials: 1,
    async midway() {
      await command('set server plain/cloud state drain');
      const late = dictationOver({ ...way, connOptions: { maxRetry: 0 } });
      const error = await late.failure().finally(() => late.end());
      match(error.message, /HTTP 503 by the gateway/);
      equal(late.dials, 1);
      refused = wordsOf(error).replace(/: <.*/s, '');
      await command('set server plain/cloud state ready');
    },
  });
  await expectEveryTurn(way, { dials: 1 });
  return `${seen}; the new one, 1 dial: ${refused}; afterwards every word`;
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
  server foremost 127.0.0.1:${foremost} check inter 500ms observe layer4 error-limit 1 on-error mark-down
  server second 127.0.0.1:${second} backup
`;
}
