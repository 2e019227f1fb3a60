import { writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { createServer as createListener, type AddressInfo, type Server } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { builderEnvironment } from './environment.ts';
import type { Stage } from './stage.ts';

/** A registry on this machine that knows one scope, and nobody else. */
export interface Registry {
  /** With `/` at its end. */
  address: string;
  /** Of the only user that it has. */
  token: string;
  /** Takes that many packages more and is gone then, for whoever asks. */
  dieAfter(packages: number): void;
  revive(): void;
}

const config = (scope: string): string => `storage: ./storage
auth: { htpasswd: { file: ./htpasswd, max_users: 1 } }
uplinks: {}
packages: { '${scope}/*': { access: $all, publish: $authenticated } }
web: { enable: false }
log: { type: stdout, format: json, level: error }
`;

/** Milliseconds that a slow machine may take to start it. */
const patienceMs = 60_000;

/** Starts verdaccio, and a door before it that can be shut. */
export async function startRegistry(stage: Stage, scope: string): Promise<Registry> {
  const folder = stage.folderOf('registry');
  writeFileSync(join(folder, 'config.yaml'), config(scope));
  const port = await freePort();
  const program = join(dirname(createRequire(import.meta.url).resolve('verdaccio/package.json')), 'bin/verdaccio');
  const words = [program, '--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`];
  const child = stage.start(process.execPath, words, { cwd: folder, env: builderEnvironment(process.env) });
  let said = '';
  for (const output of [child.stdout, child.stderr])
    output!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const untilMs = performance.now() + patienceMs;
  while (!(await isThere(port))) {
    if (child.exitCode !== null || performance.now() > untilMs) throw new Error(`verdaccio does not start:\n${said}`);
    await sleep(100);
  }
  const { address, ...door } = await openDoor(port);
  return { address, ...door, token: await tokenOf(address) };
}

async function tokenOf(address: string): Promise<string> {
  const user = { name: 'rehearsal', password: 'known-to-all' };
  const response = await fetch(`${address}-/user/org.couchdb.user:${user.name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(user),
  });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`verdaccio makes no user: ${response.status}`);
  return token;
}

/** The same service on a port of its own, until it is shut. */
export async function openDoor(port: number): Promise<Omit<Registry, 'token'>> {
  let left = Infinity;
  const server = createServer((asked: IncomingMessage, answer: ServerResponse) => {
    if (asked.method === 'PUT' && asked.url?.startsWith('/@') === true) left--;
    if (left < 0 || (left === 0 && asked.method !== 'PUT')) return void asked.socket.destroy();
    const { method, url: path, headers } = asked;
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => asked.socket.destroy());
    asked.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    address: `http://127.0.0.1:${portOf(server)}/`,
    dieAfter: (packages) => (left = packages),
    revive: () => (left = Infinity),
  };
}

async function isThere(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/-/ping`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createListener().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
