import { DEFAULT_API_CONNECT_OPTIONS, llm } from '@livekit/agents';
import type { APIConnectOptions } from '@livekit/agents';
import { RequestLLM } from '@patchbay/plugin-kit';
import { fromAzure, type WithAzure } from '../azure.ts';
import { routeTo } from '../endpoint.ts';
import { clientOn } from '../sdk.ts';
import { ResponseChain } from './chain.ts';
import { checkLLMOptions, type LLMOptions } from './options.ts';
import { toBody } from './request.ts';
import { HttpStream, SocketStream, type ResponsesClient } from './stream.ts';

const DEFAULT_MODEL = 'gpt-4.1';
const DEFAULT_THINKING_MS = 60_000;

/**
 * OpenAI's Responses API as a LiveKit language model: over a WebSocket that turns share, or over HTTP.
 *
 * On a WebSocket a turn sends only what is new and continues the response before it, as long as LiveKit's context
 * still says what that response said; otherwise it sends everything. An interruption drops the socket, which stops the
 * model, and the next one is opened meanwhile. Failures arrive as LiveKit's `error` event.
 */
export class LLM extends RequestLLM {
  readonly #options: LLMOptions;
  readonly #chain = new ResponseChain();
  readonly #client: ResponsesClient | undefined;

  constructor(options: Partial<LLMOptions> = {}) {
    checkLLMOptions(options);
    const { model = DEFAULT_MODEL, useWebSocket = true } = options;
    const route = routeTo(useWebSocket ? 'responses' : 'responses-http', options, model);
    super(
      useWebSocket
        ? { label: 'openai.ws.LLM', model, ...route, sockets: {} }
        : { label: 'openai.responses.LLM', model, ...route },
    );
    this.#options = { ...options, model };
    if (!useWebSocket) this.#client = clientOn(route);
  }

  /**
   * A deployment of Azure OpenAI. `model` says what was deployed, `azureDeployment` is its name there. With a dated
   * `apiVersion`, where Azure has no sockets for Responses, `useWebSocket` is false by default.
   *
   * @throws PatchbayError that says what to set.
   */
  static withAzure(options: WithAzure<LLMOptions> = {}): LLM {
    const connected = fromAzure(options);
    const hasSockets = connected.gateway.row.routes.responses !== undefined;
    return new LLM({ ...connected, useWebSocket: options.useWebSocket ?? hasSockets });
  }

  override chat(call: {
    chatCtx: llm.ChatContext;
    toolCtx?: llm.ToolContextLike;
    connOptions?: APIConnectOptions;
    parallelToolCalls?: boolean;
    toolChoice?: llm.ToolChoice;
    /** Fields of the request's body. They win over the options of the model. */
    extraKwargs?: Record<string, unknown>;
  }): llm.LLMStream {
    const { chatCtx, connOptions = DEFAULT_API_CONNECT_OPTIONS, ...rest } = call;
    const toolCtx = llm.toToolContext(call.toolCtx);
    const body = toBody(this.#options, { ...rest, toolCtx });
    const { thinkingTimeoutMs = DEFAULT_THINKING_MS } = this.#options;
    const options = {
      chatCtx,
      connOptions,
      connection: this.connection,
      body,
      model: body.model === this.model ? undefined : body.model,
      thinkingTimeoutMs,
      ...(toolCtx === undefined ? {} : { toolCtx }),
    };
    return this.#client === undefined
      ? new SocketStream(this, options, this.#chain)
      : new HttpStream(this, options, this.#client);
  }
}
