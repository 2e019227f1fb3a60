import type { Reply, ServerSentEvent } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { eventsOf } from '../answer-events.ts';
import { spokenIn } from './failure.ts';
import type { Input } from './input.ts';
import type { LLM } from './llm.ts';
import { ResponseReader } from './reader.ts';
import { placed } from './request.ts';
import { LLMStream, type ResponsesStreamOptions } from './stream.ts';

/** What the official SDK offers of the Responses API, by shape. */
export interface ResponsesClient {
  responses: {
    create(body: never, options: { signal: AbortSignal }): { asResponse(): Promise<Response> };
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
    await this.stream<ServerSentEvent>(
      {
        open: async (aborted) =>
          eventsOf(await this.#client.responses.create(request as never, { signal: aborted }).asResponse()),
        receive: (event) => {
          if (event.data.trim() === '[DONE]') return false;
          const failure = spokenIn(event, connection);
          if (failure !== undefined) throw failure;
          return reader.readFrame(event.data);
        },
        silenceMs: () => (reader.working ? thinkingTimeoutMs : timeoutMs),
      },
      signal,
    );
    if (reader.failure !== undefined) throw reader.failure;
  }
}
