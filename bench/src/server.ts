import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** The main of a server's process that speaks WebSocket: listens, tells where, and is ended by whoever started it. */
export function serveSockets(connected: (socket: WebSocket, request: IncomingMessage) => void): void {
  const server = createServer();
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, request) => {
    // A client that is done is gone at once.
    socket.on('error', () => {});
    connected(socket, request);
  });
  serve(server);
}

/** The same for a server of any kind. */
export function serve(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${portMark}${(server.address() as AddressInfo).port}\n`);
  });
  // Nobody is left behind by a bench that was killed.
  process.on('disconnect', () => process.exit(0));
}

export const portMark = 'port ';
