import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** What stands before several proxies: leads whoever comes from now on to one of them. */
export interface Switch {
  origin: string;
  lead(origin: string): void;
  close(): void;
}

export async function startSwitch(origin: string): Promise<Switch> {
  let port = Number(new URL(origin).port);
  const server = createServer((client) => {
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
    close: () => void server.close(),
  };
}
