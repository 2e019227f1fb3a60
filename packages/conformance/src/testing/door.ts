import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way in that a server does not know of. */
export interface Door {
  /** `ws://127.0.0.1:PORT` */
  origin: string;
  /** Path and query that it was asked for. */
  asked: string[];
}

/** A door before a server, which serves `path` there under whatever path is asked for; a query goes on as it is. */
export async function openDoor(origin: string, path: string): Promise<Door> {
  const asked: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const provider = connect(Number(new URL(origin).port), '127.0.0.1');
    sockets.push(client, provider);
    for (const socket of [client, provider]) socket.on('error', () => socket.destroy());
    client.once('data', (head) => {
      const [, method, target = ''] = /^(\S+) (\S+)/.exec(head.toString('latin1')) ?? [];
      asked.push(target);
      const line = `${method} ${path}${new URL(target, origin).search}`;
      provider.write(
        head.toString('latin1').replace(/^\S+ \S+/, () => line),
        'latin1',
      );
      client.pipe(provider).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { origin: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
