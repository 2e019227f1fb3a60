import { RequestLLMStream, type Reply, type RequestLLMStreamOptions } from '@patchbay/plugin-kit';
import { PatchbayError, type Connection } from '@patchbay/ws-url';
import type { Continuation, ResponseChain } from './chain.ts';
import { RESPONSE_NOT_FOUND, SOCKET_EXPIRED, spokenIn } from './failure.ts';
import { toInput, type ResponseInputItem } from './input.ts';
import type { LLM } from './llm.ts';
import { ResponseReader } from './reader.ts';
import { placed, type RequestBody } from './request.ts';
import type { WsResponseCreateEvent, WsServerEvent } from './wire.ts';

/** What both ways of asking need. */
export interface ResponsesStreamOptions extends RequestLLMStreamOptions {
  connection: Connection;
  body: RequestBody;
  /** The model, if this call names another one than the connection. */
  model: string | undefined;
  thinkingTimeoutMs: number;
}

/** A response over a pooled WebSocket, as a continuation of an earlier one where that is possible. */
export class SocketStream extends RequestLLMStream {
  readonly #options: ResponsesStreamOptions;
  readonly #chain: ResponseChain;

  constructor(model: LLM, options: ResponsesStreamOptions, chain: ResponseChain) {
    super(model, options);
    this.#options = options;
    this.#chain = chain;
  }

  protected override async attempt(reply: Reply, signal: AbortSignal): Promise<void> {
    const input = await toInput(this.chatCtx);
    const ownChain = this.#options.body.previous_response_id !== undefined;
    try {
      await this.#ask(input, ownChain ? [] : this.#chain.match(input), reply, signal);
    } catch (error) {
      // These two prove that generation did not start: asking once more repeats nothing (openclaw/openclaw#122727).
      const again = hasCode(error, SOCKET_EXPIRED) || (hasCode(error, RESPONSE_NOT_FOUND) && !ownChain);
      if (signal.aborted || reply.delivered || !again) throw error;
      await this.#ask(input, [], reply, signal);
    }
  }

  async #ask(
    input: readonly ResponseInputItem[],
    continuations: readonly Continuation[],
    reply: Reply,
    signal: AbortSignal,
  ): Promise<void> {
    const { connection, body, model, thinkingTimeoutMs } = this.#options;
    const { timeoutMs } = this.connOptions;
    const chain = this.#chain;
    const reader = new ResponseReader(reply, connection, (id) => chain.knows(id));
    let socketId = -1;
    let continued: Continuation | undefined;
    try {
      await this.exchange(
        {
          request: (socket) => {
            socketId = socket.id;
            continued = continuations.find(
              (each) => (each.stored || each.socketId === socketId) && chain.knows(each.previousResponseId),
            );
            const event: WsResponseCreateEvent = {
              type: 'response.create',
              ...placed(body, connection),
              input: [...(continued?.input ?? input)],
            };
            if (continued !== undefined) event.previous_response_id = continued.previousResponseId;
            return JSON.stringify(event);
          },
          receive: (frame) => reader.readFrame(frame),
          silenceMs: () => (reader.working ? thinkingTimeoutMs : timeoutMs),
          ...(continuations[0] === undefined ? {} : { preferSocket: continuations[0].socketId }),
          ...(model === undefined ? {} : { model }),
        },
        signal,
      );
      if (reader.failure !== undefined) throw reader.failure;
    } catch (error) {
      chain.forgetSocket(socketId);
      if (continued !== undefined && hasCode(error, RESPONSE_NOT_FOUND)) chain.forget(continued.previousResponseId);
      throw error;
    }
    const { responseId, text, calls } = reader;
    if (responseId !== '') chain.add({ responseId, socketId, stored: body.store !== false, input, text, calls });
  }
}

/** What the official SDK offers of the Responses API, by shape. */
export interface ResponsesClient {
  responses: {
    create(body: never, options: { signal: AbortSignal }): PromiseLike<unknown>;
  };
}

/** A response over HTTP with server-sent events: the whole context every time. */
export class HttpStream extends RequestLLMStream {
  readonly #options: ResponsesStreamOptions;
  readonly #client: ResponsesClient;

  constructor(model: LLM, options: ResponsesStreamOptions, client: ResponsesClient) {
    super(model, options);
    this.#options = options;
    this.#client = client;
  }

  protected override async attempt(reply: Reply, signal: AbortSignal): Promise<void> {
    const { connection, body, thinkingTimeoutMs } = this.#options;
    const { timeoutMs } = this.connOptions;
    const reader = new ResponseReader(reply, connection, () => false);
    const request = { ...placed(body, connection), input: await toInput(this.chatCtx), stream: true };
    try {
      await this.stream<WsServerEvent>(
        {
          open: async (aborted) =>
            (await this.#client.responses.create(request as never, {
              signal: aborted,
            })) as AsyncIterable<WsServerEvent>,
          receive: (event) => reader.read(event),
          silenceMs: () => (reader.working ? thinkingTimeoutMs : timeoutMs),
        },
        signal,
      );
    } catch (error) {
      throw spokenIn(error, connection) ?? error;
    }
    if (reader.failure !== undefined) throw reader.failure;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return PatchbayError.is(error) && error.providerCode === code;
}
