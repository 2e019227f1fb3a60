import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Front } from '../cloud.ts';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { startGateway } from '../gateways/index.ts';
import type { GatewaySettings } from '../gateways/settings.ts';

/** A provider that does what a test says, to see what a gateway makes of it. */
export interface Provider {
  readonly origin: string;
  /** What arrived, upgrades and requests: method, target and headers. */
  readonly seen: readonly { target: string; headers: IncomingMessage['headers']; body: string }[];
  /** Every text frame that arrived. */
  readonly frames: readonly string[];
  /** Resolves with the next socket's side of the provider. */
  nextSocket(): Promise<WebSocket>;
  /** Resolves with the next frame. */
  nextFrame(): Promise<string>;
  close(): Promise<void>;
}

export interface ProviderBehaviour {
  /** Answers pings; default true. */
  autoPong?: boolean;
  /** Answers an upgrade; return `true` when it was taken care of. */
  upgrade?(socket: Duplex, request: IncomingMessage): boolean;
  open?(socket: WebSocket, request: IncomingMessage): void;
  http?(request: IncomingMessage, response: ServerResponse, body: string): void;
}

export async function startProvider(behaviour: ProviderBehaviour = {}): Promise<Provider> {
  const seen: { target: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const frames: string[] = [];
  const news = new EventEmitter<{ socket: [WebSocket]; frame: [string] }>();
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString('latin1');
      seen.push({ target: request.url ?? '', headers: request.headers, body });
      if (behaviour.http) behaviour.http(request, response, body);
      else response.end('{}');
    });
  });
  const sockets = new WebSocketServer({ noServer: true, autoPong: behaviour.autoPong ?? true });
  const raw = new Set<Duplex>();
  server.on('upgrade', (request, socket: Duplex, head) => {
    raw.add(socket);
    socket.on('error', () => {});
    seen.push({ target: request.url ?? '', headers: request.headers, body: '' });
    if (behaviour.upgrade?.(socket, request)) return;
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      accepted.on('message', (data) => {
        const text = (data as Buffer).toString('utf8');
        frames.push(text);
        news.emit('frame', text);
      });
      accepted.on('error', () => {});
      behaviour.open?.(accepted, request);
      news.emit('socket', accepted);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    frames,
    nextSocket: async () => (await once(news, 'socket'))[0] as WebSocket,
    nextFrame: async () => (await once(news, 'frame'))[0] as string,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      for (const socket of raw) socket.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Refuses an upgrade with a status, for {@link ProviderBehaviour.upgrade}. */
export function refuseWith(status: number): (socket: Duplex) => boolean {
  return (socket) => {
    socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 4\r\nconnection: close\r\n\r\nnope`);
    return true;
  };
}

/** A gateway of that name before a provider, without the rest of the cloud. */
export async function startInFront(
  provider: Provider | string,
  settings: GatewaySettings | string,
  options: { keys?: readonly string[]; clock?: Clock } = {},
): Promise<Front & { origin: string; url: string }> {
  const front = await startGateway({
    name: settings,
    upstream: typeof provider === 'string' ? provider : provider.origin,
    upstreamKey: 'key-of-the-gateway',
    options: { keys: options.keys },
    clock: options.clock ?? systemClock,
    tell: () => {},
    record: () => {},
  });
  const origin = `http://127.0.0.1:${front.port}`;
  return { ...front, origin, url: origin + front.basePath, close: () => front.close() };
}
