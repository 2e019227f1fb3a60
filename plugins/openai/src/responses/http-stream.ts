import type { Reply } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { spokenIn } from './failure.ts';
import type { Input } from './input.ts';
import type { LLM } from './llm.ts';
import { ResponseReader } from './reader.ts';
import { placed } from './request.ts';
import { LLMStream, type ResponsesStreamOptions } from './stream.ts';
import type { WsServerEvent } from './wire.ts';

/** What the official SDK offers of the Responses API, by shape. */
export interface ResponsesClient {
  responses: {
    create(body: never, options: { signal: AbortSignal }): PromiseLike<unknown>;
  };
}

/** A response over HTTP with server-sent events: the whole context every time. */
export class HttpStream extends LLMStream {
  readonly #client: ResponsesClient;

  constructor(model: LLM, options: ResponsesStreamOptions, client: ResponsesClient) {
    super(model, options);
    this.#client = client;
  }

  override async steer(): Promise<void> {
    throw new PatchbayError('unsupported', 'over HTTP a request cannot be added to; set `useWebSocket: true` to steer');
  }

  protected override async ask(input: Input, reply: Reply, signal: AbortSignal): Promise<void> {
    const { connection, body, thinkingTimeoutMs } = this.options;
    const { timeoutMs } = this.connOptions;
    const reader = new ResponseReader(reply, connection);
    const request = { ...placed(body, connection), input: this.thinking(input.items, input), stream: true };
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
