import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { llm } from '@livekit/agents';
import { endpoint, PatchbayError, resolveConnection } from '@patchbay/ws-url';
import { WebSocketServer, type WebSocket } from 'ws';
import { RequestLLM } from '../request-llm.ts';
import { RequestLLMStream, type RequestLLMStreamOptions } from '../request-llm-stream.ts';
import type { Reply } from '../request-llm-reply.ts';

/**
 * A protocol that nobody speaks: `{ ask }` is answered by `{ word }`s, `{ call }`s and `{ count }`s, and is over with
 * `{ end }` or, for now, with `{ later: milliseconds }`.
 */
export class ParrotLLM extends RequestLLM {
  readonly #patienceMs: number | undefined;

  constructor(baseURL: string, options: { patienceMs?: number } = {}) {
    const connection = resolveConnection(
      endpoint({
        provider: 'parrot',
        capability: 'responses',
        base: 'https://parrot.test',
        path: '/talk',
        auth: { header: 'Authorization', scheme: 'Bearer' },
        model: { in: 'body' },
      }),
      { baseURL, apiKey: 'cracker' },
    );
    super({ label: 'parrot.LLM', connection, model: 'macaw', sockets: {} });
    this.#patienceMs = options.patienceMs;
  }

  override chat(options: RequestLLMStreamOptions): llm.LLMStream {
    return new ParrotStream(this, options, this.#patienceMs);
  }
}

class ParrotStream extends RequestLLMStream {
  readonly #patienceMs: number | undefined;

  constructor(model: RequestLLM, options: RequestLLMStreamOptions, patienceMs: number | undefined) {
    super(model, options);
    this.#patienceMs = patienceMs;
  }

  protected override async attempt(reply: Reply, signal: AbortSignal): Promise<void> {
    const patienceMs = this.#patienceMs;
    await this.exchange(
      {
        request: () => JSON.stringify({ ask: this.chatCtx.items.length }),
        receive: (frame) => read(String(frame), reply),
        ...(patienceMs === undefined ? {} : { silenceMs: () => patienceMs }),
      },
      signal,
    );
  }
}

/** One message of the parrot; `true`: it was the last. */
export function read(text: string, reply: Reply): boolean {
  const message = JSON.parse(text) as Record<string, never>;
  if ('word' in message) reply.text('p1', message.word);
  if ('call' in message) reply.call('p1', { callId: message.call, name: 'squawk', args: '' });
  if ('count' in message) {
    const promptTokens = message.count as number;
    reply.usage('p1', { promptTokens, completionTokens: 0, promptCachedTokens: 0, totalTokens: promptTokens });
  }
  if ('later' in message) {
    throw new PatchbayError('provider-error', 'later', { status: 429, retryable: true, retryAfterMs: message.later });
  }
  return 'end' in message;
}

/** Answers one ask; `turn` counts from 1 over all sockets. */
export type ParrotAnswer = (socket: WebSocket, turn: number) => void;

/** A real server on a free port that answers as the test says. */
export class ParrotServer {
  readonly upgrades: IncomingMessage[] = [];
  readonly sockets: WebSocket[] = [];
  readonly url: string;
  answer: ParrotAnswer = (socket) => say(socket, { word: 'hello' }, { end: true });
  turns = 0;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket, request) => {
      this.upgrades.push(request);
      this.sockets.push(socket);
      socket.on('error', () => {});
      socket.on('message', () => this.answer(socket, ++this.turns));
    });
  }

  static async start(refuse?: () => number | undefined): Promise<ParrotServer> {
    const verifyClient = (_: unknown, done: (ok: boolean, status?: number) => void): void => {
      const status = refuse?.();
      done(status === undefined, status);
    };
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, verifyClient });
    await once(server, 'listening');
    return new ParrotServer(server);
  }

  get open(): number {
    return this.sockets.filter((socket) => socket.readyState === socket.OPEN).length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function say(socket: WebSocket, ...messages: object[]): void {
  for (const message of messages) socket.send(JSON.stringify(message));
}
