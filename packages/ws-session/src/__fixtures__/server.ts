import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { conditions } from './conditions.ts';

/** A socket as the server saw it. */
export interface Accepted {
  socket: WebSocket;
  request: IncomingMessage;
  /** Text and binary frames in order. */
  received: (string | Buffer)[];
  pings: number;
  /** Resolves with the close code. */
  closed: Promise<number>;
}

export interface TestServer {
  readonly port: number;
  /** `ws://127.0.0.1:PORT/v1/realtime`, or `wss:`. */
  readonly url: string;
  readonly accepted: Accepted[];
  /** TCP connections that are open. */
  readonly connections: Set<Socket>;
  /** The n-th accepted socket, from 0, as soon as it exists. */
  nth(index: number): Promise<Accepted>;
  /** When `condition` holds; looked at after each thing that happens here. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  tls?: { key: string; cert: string };
  /** Called for each accepted socket. */
  onSocket?(accepted: Accepted, index: number): void;
  /** Takes the upgrade into its own hands; `true` if it did. */
  onUpgrade?(request: IncomingMessage, socket: Duplex, index: number): boolean;
  /** Answer pings. Default true. */
  autoPong?: boolean;
}

/** A real WebSocket server on 127.0.0.1, port 0. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const http: Server = options.tls === undefined ? createServer() : createSecureServer(options.tls);
  const sockets = new WebSocketServer({
    noServer: true,
    autoPong: options.autoPong ?? true,
    maxPayload: 64 * 1024 * 1024,
  });
  const accepted: Accepted[] = [];
  const connections = new Set<Socket>();
  let upgrades = 0;
  const { changed, until } = conditions();

  http.on('connection', (socket) => {
    connections.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      connections.delete(socket);
      changed();
    });
    changed();
  });
  http.on('upgrade', (request, socket, head) => {
    if (options.onUpgrade?.(request, socket, upgrades++) === true) {
      // Or it would never notice that the other end is gone.
      socket.resume();
      socket.on('end', () => socket.end());
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const entry: Accepted = {
        socket: client,
        request,
        received: [],
        pings: 0,
        closed: new Promise((resolve) => client.on('close', (code) => resolve(code))),
      };
      client.on('error', () => {});
      client.on('close', changed);
      client.on('ping', () => {
        entry.pings++;
        changed();
      });
      client.on('message', (data, isBinary) => {
        entry.received.push(isBinary ? (data as Buffer) : (data as Buffer).toString('utf8'));
        changed();
      });
      accepted.push(entry);
      options.onSocket?.(entry, accepted.length - 1);
      changed();
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;

  const server: TestServer = {
    port,
    url: `${options.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/v1/realtime`,
    accepted,
    connections,
    until,
    async nth(index) {
      await server.until(() => accepted.length > index);
      return accepted[index]!;
    },
    async close() {
      for (const { socket } of accepted) socket.terminate();
      for (const socket of connections) socket.destroy();
      sockets.close();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}
