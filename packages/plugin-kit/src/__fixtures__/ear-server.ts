import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { until } from './until.ts';

export type Message = Record<string, unknown> & { type: string };

/** One socket, seen from the server. */
export interface EarSocket {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Everything that is not audio, in order. */
  readonly messages: Message[];
  /** All samples that arrived. */
  readonly audio: number[];
  closeCode: number | undefined;
  send(...messages: (Message | string)[]): void;
  /** Resolves with the first message of that type. */
  message(type: string): Promise<Message>;
}

export interface EarServer {
  readonly url: string;
  readonly sockets: EarSocket[];
  /** Upgrade requests, refused ones too. */
  upgrades: number;
  socket(index: number): Promise<EarSocket>;
  close(): Promise<void>;
}

export interface EarOptions {
  /** A status: the upgrade is refused. `hang`: it is never answered. Nothing: it is accepted. */
  upgrade?(attempt: number): { status: number; headers?: Record<string, string>; body?: string } | 'hang' | undefined;
  /** Default: says `ready`. */
  greet?(socket: EarSocket): void;
  onMessage?(message: Message, socket: EarSocket): void;
}

/** The listening side of Chatter over a real `ws` server: the test says what it hears. */
export async function startEarServer(options: EarOptions = {}): Promise<EarServer> {
  const http = createServer();
  const upgrader = new WebSocketServer({ noServer: true });
  const sockets: EarSocket[] = [];
  const raws = new Set<Duplex>();
  http.on('upgrade', (request, raw, head) => {
    server.upgrades++;
    raws.add(raw);
    raw.on('error', () => undefined);
    const answer = options.upgrade?.(server.upgrades);
    if (answer === 'hang') return;
    if (answer) {
      const { status, headers = {}, body = '' } = answer;
      const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
      raw.end(`HTTP/1.1 ${status} No\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);
      return;
    }
    upgrader.handleUpgrade(request, raw, head, (socket) => {
      const ear = newSocket(socket, request, options);
      sockets.push(ear);
      if (options.greet) options.greet(ear);
      else ear.send({ type: 'ready' });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: EarServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    sockets,
    upgrades: 0,
    async socket(index) {
      await until(() => sockets.length > index);
      return sockets[index] as EarSocket;
    },
    async close() {
      for (const raw of raws) raw.destroy();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

function newSocket(socket: WebSocket, request: IncomingMessage, options: EarOptions): EarSocket {
  const ear: EarSocket = {
    socket,
    request,
    messages: [],
    audio: [],
    closeCode: undefined,
    send(...messages) {
      for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    async message(type) {
      await until(() => ear.messages.some((message) => message.type === type));
      return ear.messages.find((message) => message.type === type) as Message;
    },
  };
  const hear = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; at += 2) ear.audio.push(bytes.readInt16LE(at));
  };
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) return hear(data);
    const message = JSON.parse(data.toString()) as Message;
    if (message.type === 'audio') hear(Buffer.from(message.data as string, 'base64'));
    else {
      ear.messages.push(message);
    }
    options.onMessage?.(message, ear);
  });
  socket.on('close', (code) => (ear.closeCode = code));
  socket.on('error', () => undefined);
  return ear;
}
