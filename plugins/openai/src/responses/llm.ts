import { DEFAULT_API_CONNECT_OPTIONS, llm } from '@livekit/agents';
import type { APIConnectOptions } from '@livekit/agents';
import {
  Extras,
  refuseOption,
  RequestLLM,
  type ConnectOptions,
  type Frame,
  type RequestLLMDescription,
} from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { fromAzure, type WithAzure } from '../azure.ts';
import { routeOf, type Route } from '../endpoint.ts';
import { isElsewhere } from '../error-codes.ts';
import { lazily } from '../lazily.ts';
import { resolveConnectOptions } from '../options.ts';
import { openConnection } from '../prewarm.ts';
import { clientOn } from '../sdk.ts';
import { ResponseChain } from './chain.ts';
import { FrameDecoder, lanesBy } from './frames.ts';
import { HttpStream, type ResponsesClient } from './http-stream.ts';
import { checkLLMOptions, type LLMOptions, type ToolChoice } from './options.ts';
import { RawEventTeller, type RawEventEmitter } from './raw-events.ts';
import { RefusedReasoning } from './reasoning-items.ts';
import { toBody } from './request.ts';
import { SocketStream } from './socket-stream.ts';
import type { LLMStream, ResponsesStreamOptions } from './stream.ts';
import type { ResponseFormat } from './text-format.ts';
import { warmUp } from './warm-up.ts';

const DEFAULT_MODEL = 'gpt-4.1';
const DEFAULT_THINKING_MS = 60_000;

const EmittingLLM: abstract new (description: RequestLLMDescription) => RequestLLM & RawEventEmitter = RequestLLM;

/**
 * OpenAI's Responses API as a LiveKit language model: over a WebSocket that turns share, or over HTTP.
 *
 * On a WebSocket a turn sends only what is new and continues the response before it, as long as LiveKit's context
 * still says what that response said; otherwise it sends everything. An interruption drops the socket, which stops the
 * model, and the next one is opened meanwhile. Failures arrive as LiveKit's `error` event.
 *
 * Events beyond LiveKit's: `openai_server_event_received`, `openai_client_event_queued` (see {@link RawEvents}) and
 * `connection`.
 */
export class LLM extends EmittingLLM {
  readonly #options: LLMOptions;
  readonly #chain = new ResponseChain();
  readonly #refused = new RefusedReasoning();
  readonly #extras = new Extras(isElsewhere);
  readonly #decoder: FrameDecoder;
  /** How to ask over HTTP, and where, if that is how. */
  readonly #http: { client: ResponsesClient; where: ConnectOptions } | undefined;
  /** Ends warm-ups: there is none before the first. */
  #closing: AbortController | undefined;
  readonly #raw = new RawEventTeller(this, this.connection);

  constructor(options: Partial<LLMOptions> = {}) {
    checkLLMOptions(options);
    const { model = DEFAULT_MODEL, useWebSocket = true, lanes = false } = options;
    const where = resolveConnectOptions(options);
    const route = routeOf(useWebSocket ? 'responses' : 'responses-http', where, model);
    if (lanes) refuseLanesWithout(route, useWebSocket);
    const decoder = new FrameDecoder();
    super(
      useWebSocket
        ? { label: 'openai.ws.LLM', model, ...route, sockets: lanes ? { lanes: lanesBy(decoder) } : {} }
        : { label: 'openai.responses.LLM', model, ...route },
    );
    this.#options = { ...options, model };
    this.#decoder = decoder;
    if (!useWebSocket) this.#http = { client: clientOn(route, this.keepAlive), where };
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

  override chat(call: ChatCall): LLMStream {
    const options = this.#streamOptions(call);
    return this.#http === undefined
      ? new SocketStream(this, options, this.#chain, this.#decoder)
      : new HttpStream(this, options, this.#http.client, this.#raw);
  }

  /**
   * Opens a socket and has the service prepare what is known before the first turn: instructions, tools, an earlier
   * conversation. Give it what `chat()` will be given; the first turn then sends only what is new. Nothing is generated.
   *
   * @throws PatchbayError `unsupported` over HTTP and where the server answers all the same; otherwise why it failed,
   * which harms nothing but the time that it would have saved.
   */
  async warmUp(call: ChatCall): Promise<void> {
    if (this.#http !== undefined) {
      throw new PatchbayError('unsupported', 'a warm-up needs a socket to prepare; set `useWebSocket: true`');
    }
    this.#closing ??= new AbortController();
    if (this.closed) this.#closing.abort();
    const { signal } = this.#closing;
    await warmUp(this, this.#streamOptions(call), { chain: this.#chain, decoder: this.#decoder, signal });
  }

  protected override frameSent(frame: Frame): void {
    this.#raw.tell('openai_client_event_queued', frame);
  }

  protected override frameReceived(frame: Frame): void {
    this.#raw.tell('openai_server_event_received', frame);
  }

  protected override async _prewarmImpl(signal: AbortSignal): Promise<void> {
    if (this.#http === undefined) await super._prewarmImpl(signal);
    else await openConnection(this.#http.where, this.keepAlive, signal);
  }

  override async aclose(): Promise<void> {
    this.#closing?.abort();
    await super.aclose();
  }

  #streamOptions(call: ChatCall): ResponsesStreamOptions {
    const { chatCtx, connOptions = DEFAULT_API_CONNECT_OPTIONS, ...rest } = call;
    const toolCtx = llm.toToolContext(call.toolCtx);
    return {
      chatCtx,
      connOptions,
      connection: this.connection,
      request: lazily(() => {
        const body = toBody(this.#options, { ...rest, toolCtx });
        return { body, model: body.model === this.model ? undefined : body.model };
      }),
      thinkingTimeoutMs: this.#options.thinkingTimeoutMs ?? DEFAULT_THINKING_MS,
      refused: this.#refused,
      extras: this.#extras,
      ...(toolCtx === undefined ? {} : { toolCtx }),
    };
  }
}

/** What may be said about one reply. */
export interface ChatCall {
  chatCtx: llm.ChatContext;
  toolCtx?: llm.ToolContextLike;
  connOptions?: APIConnectOptions;
  parallelToolCalls?: boolean;
  toolChoice?: ToolChoice;
  /** What this reply looks like; wins over the model's. */
  responseFormat?: ResponseFormat;
  /** Fields of the request's body. They win over the options of the model. */
  extraKwargs?: Record<string, unknown>;
}

function refuseLanesWithout({ connection }: Route, useWebSocket: boolean): void {
  if (!useWebSocket) refuseOption('lanes', 'left out with `useWebSocket: false`: requests over HTTP share nothing');
  if (connection.traits.oneResponseAtATime !== true) return;
  throw new PatchbayError(
    'unsupported',
    `${connection.row.title} makes one response at a time on a socket: leave out \`lanes\`, and parallel turns get sockets of their own`,
  );
}
