import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A CONNECT proxy that lets everything through and keeps count. */
export interface TunnelProxy {
  url: string;
  /** `host:port` of each CONNECT. */
  tunnels: string[];
  /** Tunnels that are open. */
  open: Set<Socket>;
  close(): Promise<void>;
}

export async function startTunnelProxy(): Promise<TunnelProxy> {
  const tunnels: string[] = [];
  const open = new Set<Socket>();
  const server = createServer().on('connect', (request, near: Socket) => {
    tunnels.push(request.url ?? '');
    open.add(near);
    const { hostname, port } = new URL(`http://${request.url}`);
    const far = connect(Number(port), hostname, () => near.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    near.on('error', () => far.destroy()).on('close', () => (open.delete(near), far.destroy()));
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    open,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
