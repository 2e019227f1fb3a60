import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** A `response.create` as it arrived, and where. */
export interface Asked {
  body: Record<string, unknown> & { input: Record<string, unknown>[] };
  socket: WebSocket;
  /** Counts sockets from 1. */
  socketNumber: number;
}

/** Says what the server does with the n-th request, counted from 1. */
export type Script = (asked: Asked, turn: number) => void;

/** A server for frames that no honest one sends: it does exactly what the test says. */
export class ResponsesServer {
  readonly asked: Asked[] = [];
  readonly upgrades: IncomingMessage[] = [];
  readonly sockets: WebSocket[] = [];
  readonly url: string;
  script: Script = (asked, turn) => reply(asked.socket, `r${turn}`, `answer${turn}`);
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    server.on('connection', (socket, request) => {
      this.upgrades.push(request);
      const socketNumber = this.sockets.push(socket);
      socket.on('error', () => {});
      socket.on('message', (data) => {
        const asked = { body: JSON.parse((data as Buffer).toString()) as Asked['body'], socket, socketNumber };
        this.script(asked, this.asked.push(asked));
      });
    });
  }

  static async start(): Promise<ResponsesServer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new ResponsesServer(server);
  }

  async stop(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function say(socket: WebSocket, ...events: (object | string)[]): void {
  for (const event of events) socket.send(typeof event === 'string' ? event : JSON.stringify(event));
}

export const created = (id: string): object => ({ type: 'response.created', response: { id, status: 'in_progress' } });
export const delta = (text: string): object => ({ type: 'response.output_text.delta', item_id: 'm', delta: text });
export const completed = (id: string, more: object = {}): object => ({
  type: 'response.completed',
  response: { id, status: 'completed', usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 }, ...more },
});
export const functionCall = (callId: string, name: string, args: string, id = `fc_${callId}`): object => ({
  type: 'response.output_item.done',
  item: { type: 'function_call', id, call_id: callId, name, arguments: args, status: 'completed' },
});

/** One whole response of words. */
export function reply(socket: WebSocket, id: string, text: string): void {
  say(socket, created(id), delta(text), completed(id));
}
