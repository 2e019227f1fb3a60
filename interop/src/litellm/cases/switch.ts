import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { Place } from '../world.ts';

/** What stands before several proxies: leads whoever comes from now on to one of them. */
export interface Switch {
  origin: string;
  lead(origin: string): void;
  /** What was asked for at the beginning of each connection: `/v1/realtime?model=gpt-realtime`. */
  readonly targets: readonly string[];
  close(): void;
}

export async function startSwitch(origin: string): Promise<Switch> {
  let port = Number(new URL(origin).port);
  const targets: string[] = [];
  const server = createServer((client) => {
    client.once('data', (head: Buffer) => targets.push(head.toString('latin1').split(' ')[1] ?? ''));
    const upstream = connect(port, '127.0.0.1');
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead: (next) => (port = Number(new URL(next).port)),
    targets,
    close: () => void server.close(),
  };
}

/** Goes to a proxy by way of a switch, which tells what it was asked for. */
export async function overheard<T>(
  place: Place,
  use: (place: Place) => Promise<T>,
): Promise<{ came: T; targets: readonly string[] }> {
  const way = await startSwitch(place.origin);
  try {
    const came = await use({ ...place, origin: way.origin });
    return { came, targets: way.targets };
  } finally {
    way.close();
  }
}
