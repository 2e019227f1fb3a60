import { once } from 'node:events';
import type { Connection } from '@patchbay/ws-url';
import { WebSocket, type RawData } from 'ws';
import { until } from './until.ts';

interface RawSocketOptions {
  /** Instead of those of the connection. */
  protocols?: readonly string[];
}

/** How an upgrade was refused. */
export interface Refusal {
  status: number;
  body: string;
}

/** A socket where our classes would dial, and none of what they do on it: this is how a gateway is by itself. */
export class RawSocket {
  /** Everything that came as JSON, in order. */
  readonly events: { type: string; [field: string]: unknown }[] = [];
  /** How it ended, once it has. */
  end: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (!isBinary) this.events.push(JSON.parse((data as Buffer).toString('utf8')) as { type: string });
    });
    socket.on('close', (code, reason) => (this.end = { code, reason: reason.toString('utf8') }));
  }

  /** Dials, and waits for the answer. */
  static async open(connection: Connection, { protocols }: RawSocketOptions = {}): Promise<RawSocket | Refusal> {
    const request = await connection.request({ signal: new AbortController().signal, wallClock: Date.now });
    const socket = new WebSocket(request.url, [...(protocols ?? request.protocols)], { headers: request.headers });
    const raw = new RawSocket(socket);
    const refused = once(socket, 'unexpected-response').then(async ([, response]) => {
      const { statusCode, ...answer } = await refusalOf(response as AsyncIterable<Buffer> & { statusCode: number });
      return { status: statusCode, ...answer };
    });
    const opened = once(socket, 'open').then(() => raw);
    const failed = once(socket, 'error').then(([error]) => Promise.reject(error as Error));
    return Promise.race([opened, refused, failed]).finally(() => {
      for (const promise of [opened, refused, failed]) promise.catch(() => undefined);
    });
  }

  /** The subprotocol that was chosen. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  send(frame: object | Buffer): void {
    this.#socket.send(Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Text as it is. */
  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** The next event of this type, from those that nobody has waited for; `undefined` where the socket ended before. */
  async next(...types: readonly string[]): Promise<Record<string, unknown> | undefined> {
    const at = (): number => this.events.findIndex(({ type }) => types.includes(type));
    await until(() => at() >= 0 || this.end !== undefined, `an event ${types.join(' or ')}`);
    return at() < 0 ? undefined : this.events.splice(0, at() + 1).at(-1);
  }

  /** Whether a ping is answered before the socket ends. */
  async pongs(): Promise<boolean> {
    let isAnswered = false;
    this.#socket.once('pong', () => (isAnswered = true));
    this.#socket.ping();
    await until(() => isAnswered || this.end !== undefined, 'a pong, or the end of the socket');
    return isAnswered;
  }

  async ended(): Promise<{ code: number; reason: string }> {
    await until(() => this.end !== undefined, 'the end of the socket');
    return this.end!;
  }

  close(): void {
    this.#socket.terminate();
  }
}

async function refusalOf(
  response: AsyncIterable<Buffer> & { statusCode: number },
): Promise<{ statusCode: number; body: string }> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return { statusCode: response.statusCode, body: Buffer.concat(pieces).toString('utf8') };
}

/** With a socket that opens. */
export async function withSocket<T>(
  connection: Connection,
  use: (socket: RawSocket) => Promise<T>,
  options: RawSocketOptions = {},
): Promise<T> {
  const socket = await RawSocket.open(connection, options);
  if (!(socket instanceof RawSocket)) throw new Error(`the upgrade was refused with HTTP ${socket.status}`);
  try {
    return await use(socket);
  } finally {
    socket.close();
  }
}
