import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { after } from './fixtures.ts';
import { conditions } from './conditions.ts';

export interface TestProxy {
  port: number;
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** What was asked for: `host:port` of each CONNECT. */
  tunnels: string[];
  /** The Proxy-Authorization of each CONNECT. */
  credentials: (string | undefined)[];
  connections: Set<Socket>;
  until(condition: () => boolean): Promise<void>;
}

/** A CONNECT proxy that lets through, refuses with a status, or says nothing at all. `hosts`: names that only it knows. */
export async function startProxy(
  answer: number | 'silence' = 200,
  hosts: Readonly<Record<string, string>> = {},
): Promise<TestProxy> {
  const http = createServer((_request, response) => response.writeHead(400).end('CONNECT only'));
  const connections = new Set<Socket>();
  const { changed, until } = conditions();
  const proxy: TestProxy = {
    port: 0,
    url: '',
    tunnels: [],
    credentials: [],
    connections,
    until,
  };
  const track = (socket: Socket): void => {
    connections.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      connections.delete(socket);
      changed();
    });
  };
  http.on('connection', track);
  http.on('connect', (request, client: Socket) => {
    proxy.tunnels.push(request.url!);
    proxy.credentials.push(request.headers['proxy-authorization']);
    client.on('end', () => client.end());
    changed();
    if (answer === 'silence') return void client.resume();
    if (answer !== 200) return void client.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 9\r\n\r\nnot today`);
    const [host, port] = request.url!.split(':') as [string, string];
    const upstream = connect(Number(port), hosts[host] ?? host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client);
      client.pipe(upstream);
    });
    track(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  proxy.port = (http.address() as AddressInfo).port;
  proxy.url = `http://127.0.0.1:${proxy.port}`;
  after(async () => {
    for (const socket of connections) socket.destroy();
    http.close();
    await once(http, 'close');
  });
  return proxy;
}
