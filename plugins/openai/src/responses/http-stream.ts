import { eventsOf, type Reply, type ServerSentEvent } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { thinksFirst } from '../chat/model-rules.ts';
import type { LLM } from './llm.ts';
import type { RawEventTeller } from './raw-events.ts';
import { ResponseReader } from './reader.ts';
import { placed } from './request.ts';
import { serverSentEvent } from './server-sent.ts';
import { LLMStream, type Asked, type ResponsesStreamOptions } from './stream.ts';

/** What the official SDK offers of the Responses API, by shape. */
export interface ResponsesClient {
  responses: {
    create(body: never, options: { signal: AbortSignal }): { asResponse(): Promise<Response> };
  };
}

/** A response over HTTP with server-sent events: the whole context every time. */
export class HttpStream extends LLMStream {
  readonly #client: ResponsesClient;
  readonly #raw: RawEventTeller;

  constructor(model: LLM, options: ResponsesStreamOptions, client: ResponsesClient, raw: RawEventTeller) {
    super(model, options);
    this.#client = client;
    this.#raw = raw;
  }

  override async steer(): Promise<void> {
    throw new PatchbayError('unsupported', 'over HTTP a request cannot be added to; set `useWebSocket: true` to steer');
  }

  protected override async ask({ input, body }: Asked, reply: Reply, signal: AbortSignal): Promise<void> {
    const { connection, thinkingTimeoutMs } = this.options;
    const { timeoutMs } = this.connOptions;
    const reader = new ResponseReader(reply, connection);
    const request = { ...placed(body, connection), input: this.thinking(input.items, input), stream: true };
    const effort = (body.reasoning as { effort?: string | null } | undefined)?.effort ?? undefined;
    const thinks = thinksFirst(body.model ?? connection.model ?? '', effort);
    let headers: Record<string, string> = {};
    await this.stream<ServerSentEvent>(
      {
        open: async (aborted, working) => {
          this.#raw.tell('openai_client_event_queued', { type: 'response.create', ...request });
          const call = this.#client.responses.create(request as never, { signal: aborted });
          // The SDK's own reading of events ends at the first one that it cannot parse.
          const response = await call.asResponse();
          headers = Object.fromEntries(response.headers);
          return eventsOf(response, working);
        },
        receive: (said) => {
          const event = serverSentEvent(said);
          if (event !== undefined) this.#raw.tell('openai_server_event_received', event);
          // The request id is among them.
          const isOver = reader.read(event?.type === 'error' ? { ...event, headers: event.headers ?? headers } : event);
          this.begun = reader.begun;
          return isOver;
        },
        // Gateways hold back everything until the model has something to say.
        firstEventMs: thinks ? Math.max(timeoutMs, thinkingTimeoutMs) : timeoutMs,
        workingMs: Math.max(timeoutMs, thinkingTimeoutMs),
        silenceMs: () => (reader.working ? thinkingTimeoutMs : timeoutMs),
      },
      signal,
    );
    if (reader.failure !== undefined) throw reader.failure;
  }
}
