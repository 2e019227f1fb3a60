import type { llm } from '@livekit/agents';
import {
  eventsOf,
  RequestLLMStream,
  type Reply,
  type RequestLLMStreamOptions,
  type ServerSentEvent,
} from '@patchbay/plugin-kit';
import type { Connection } from '@patchbay/ws-url';
import { placed } from '../responses/request.ts';
import type { LLM } from './llm.ts';
import { thinksFirst } from './model-rules.ts';
import { ChatReader } from './reader.ts';
import type { RequestBody } from './request.ts';
import { thinkTagsOf } from './thinking.ts';

/** How long the token counts may take after the answer is whole, where the server leaves its end open. */
const AFTERWORD_MS = 1_000;

/** What the official SDK offers of chat completions, by shape. */
export interface ChatClient {
  chat: {
    completions: {
      create(body: never, options: { signal: AbortSignal }): { asResponse(): Promise<Response> };
    };
  };
}

/** What one answer needs. */
export interface ChatStreamOptions extends RequestLLMStreamOptions {
  /**
   * What is asked, without the conversation, and where. Made when it is asked: what LiveKit throws at a tool without a
   * schema must become an `error` event, for AgentSession only logs what `chat()` throws.
   */
  request: () => { body: RequestBody; connection: Connection; client: ChatClient };
  providerFmt: llm.ProviderFormat;
  thinkingTimeoutMs: number;
}

/** One answer of {@link LLM}, piece by piece. */
export class LLMStream extends RequestLLMStream {
  readonly #options: ChatStreamOptions;

  constructor(model: LLM, options: ChatStreamOptions) {
    super(model, options);
    this.#options = options;
  }

  protected override async attempt(reply: Reply, signal: AbortSignal): Promise<void> {
    const { providerFmt, thinkingTimeoutMs } = this.#options;
    const { client, connection, body } = this.#options.request();
    const { timeoutMs } = this.connOptions;
    const model = body.model ?? connection.model ?? '';
    const reader = new ChatReader(reply, connection, thinkTagsOf(model));
    const request = { ...placed(body, connection), messages: await this.chatCtx.toProviderFormat(providerFmt) };
    const patienceMs = Math.max(timeoutMs, thinkingTimeoutMs);
    const firstMs = thinksFirst(model, body.reasoning_effort) ? patienceMs : timeoutMs;
    try {
      await this.stream<ServerSentEvent>(
        {
          open: async (aborted, working) => {
            const call = client.chat.completions.create(request as never, { signal: aborted });
            // The SDK's own reading of events ends at the first one that it cannot parse.
            const response = await call.asResponse();
            reader.open(response.headers);
            return eventsOf(response, working);
          },
          receive: (event) => reader.read(event),
          firstEventMs: firstMs,
          // OpenRouter and DeepSeek send comments while nothing else is to be said.
          workingMs: patienceMs,
          silenceMs: () => {
            if (reader.finished) return Math.min(timeoutMs, AFTERWORD_MS);
            if (reader.working) return patienceMs;
            return reader.begun ? timeoutMs : firstMs;
          },
        },
        signal,
      );
    } catch (error) {
      // Servers leave out `[DONE]`, or never end the stream.
      if (signal.aborted || !reader.finished) throw error;
    }
    reader.end();
  }
}
