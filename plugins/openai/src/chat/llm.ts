import { DEFAULT_API_CONNECT_OPTIONS, llm } from '@livekit/agents';
import type { APIConnectOptions } from '@livekit/agents';
import {
  checkJson,
  checkName,
  checkObject,
  recordOf,
  refuseOption,
  RequestLLM,
  type ConnectOptions,
} from '@patchbay/plugin-kit';
import { checkHeaders, mergeHeaders, type Query } from '@patchbay/ws-url';
import { fromAzure, type WithAzure } from '../azure.ts';
import { routeOf, type Route } from '../endpoint.ts';
import { lazily } from '../lazily.ts';
import { resolveConnectOptions } from '../options.ts';
import { openConnection } from '../prewarm.ts';
import { given } from '../responses/input.ts';
import { clientOn } from '../sdk.ts';
import type {
  CerebrasChatModels,
  CometAPIChatModels,
  DeepSeekChatModels,
  GroqChatModels,
  MetaChatModels,
  NebiusChatModels,
  OctoChatModels,
  PerplexityChatModels,
  SambaNovaChatModels,
  TelnyxChatModels,
  TogetherChatModels,
  XAIChatModels,
} from './models.ts';
import { openRouterOptions, type OpenRouterOptions } from './openrouter.ts';
import { checkLLMOptions, type LLMOptions } from './options.ts';
import { presetOptions, type PresetOptions } from './presets.ts';
import { toBody } from './request.ts';
import { LLMStream, type ChatClient } from './stream.ts';

const DEFAULT_MODEL = 'gpt-4.1';
const DEFAULT_THINKING_MS = 60_000;

/**
 * Chat completions as a LiveKit language model: OpenAI's, and those of everybody who speaks them. An interruption ends the
 * request, which stops the model. Failures arrive as LiveKit's `error` event.
 *
 * @example
 * ```ts
 * const model = new LLM({ model: 'gpt-4.1-mini', temperature: 0 });
 * const fast = LLM.withGroq(); // GROQ_API_KEY
 * ```
 */
export class LLM extends RequestLLM {
  readonly #options: LLMOptions;
  readonly #where: ConnectOptions;
  readonly #providerFmt: llm.ProviderFormat;
  readonly #client: ChatClient;

  /** @param providerFmt - The shape of the messages; leave it unless the server is not OpenAI-shaped. */
  constructor(options: Partial<LLMOptions> = {}, providerFmt: llm.ProviderFormat = 'openai') {
    checkLLMOptions(options);
    checkName('providerFmt', providerFmt);
    const { model = DEFAULT_MODEL } = options;
    const where = resolveConnectOptions(options);
    const route = routeOf('chat', where, model);
    super({ label: 'openai.LLM', model, ...route });
    this.#options = { ...options, model };
    this.#where = where;
    this.#providerFmt = providerFmt;
    this.#client = clientOn(route, this.keepAlive);
  }

  override chat(call: {
    chatCtx: llm.ChatContext;
    toolCtx?: llm.ToolContextLike;
    connOptions?: APIConnectOptions;
    parallelToolCalls?: boolean;
    toolChoice?: llm.ToolChoice;
    /** Fields of the request's body, and `extra_headers`, `extra_query`, `extra_body`. They win over the options of the model. */
    extraKwargs?: Record<string, unknown>;
  }): LLMStream {
    const { chatCtx, connOptions = DEFAULT_API_CONNECT_OPTIONS, ...rest } = call;
    const toolCtx = llm.toToolContext(call.toolCtx);
    return new LLMStream(this, {
      chatCtx,
      connOptions,
      request: lazily(() => {
        checkJson('extra_body', call.extraKwargs?.extra_body ?? undefined);
        const body = toBody(this.#options, { ...rest, toolCtx });
        const detour = this.#detour(body.model, call.extraKwargs);
        return detour === undefined
          ? { body, connection: this.connection, client: this.#client }
          : { body, connection: detour.connection, client: clientOn(detour, this.keepAlive) };
      }),
      providerFmt: this.#providerFmt,
      thinkingTimeoutMs: this.#options.thinkingTimeoutMs ?? DEFAULT_THINKING_MS,
      ...(toolCtx === undefined ? {} : { toolCtx }),
    });
  }

  /** The way of a call that says more about it than the model does. */
  #detour(model: string | undefined, extra: Record<string, unknown> = {}): Route | undefined {
    const headers = given(recordOf('extra_headers', extra.extra_headers ?? {}));
    const query = given(recordOf('extra_query', extra.extra_query ?? {}));
    const added = Object.keys(headers).length + Object.keys(query).length > 0;
    if (!added && (model === undefined || model === this.model)) return undefined;
    const where = this.#where;
    return routeOf(
      'chat',
      {
        ...where,
        headers: mergeHeaders(where.headers ?? {}, checkHeaders(headers, 'extra_headers')),
        query: { ...where.query, ...(query as Query) },
      },
      model ?? this.model,
    );
  }

  protected override async _prewarmImpl(signal: AbortSignal): Promise<void> {
    await openConnection(this.#where, this.keepAlive, signal);
  }

  /** A deployment of Azure OpenAI: by key, or by Microsoft Entra token. `model` is what was deployed. */
  static withAzure(options: WithAzure<LLMOptions> = {}): LLM {
    return new LLM(fromAzure(options));
  }

  /** Key: `CEREBRAS_API_KEY`. */
  static withCerebras(options: PresetOptions<CerebrasChatModels> = {}): LLM {
    return new LLM(presetOptions('cerebras', options));
  }

  /** Key: `COMETAPI_API_KEY`. */
  static withCometAPI(options: PresetOptions<CometAPIChatModels> = {}): LLM {
    return new LLM(presetOptions('cometapi', options));
  }

  /** Key: `DEEPSEEK_API_KEY`. */
  static withDeepSeek(options: PresetOptions<DeepSeekChatModels> = {}): LLM {
    return new LLM(presetOptions('deepseek', options));
  }

  /** Key: `FIREWORKS_API_KEY`. */
  static withFireworks(options: PresetOptions = {}): LLM {
    return new LLM(presetOptions('fireworks', options));
  }

  /** Key: `GROQ_API_KEY`. */
  static withGroq(options: PresetOptions<GroqChatModels> = {}): LLM {
    return new LLM(presetOptions('groq', options));
  }

  /** An agent of Letta answers instead of a model. Key: `LETTA_API_KEY`. */
  static withLetta(options: PresetOptions & { agentId: string }): LLM {
    checkObject('options', options);
    const { agentId, ...rest } = options ?? {};
    if (agentId === undefined) refuseOption('agentId', 'the id of an agent');
    return new LLM(presetOptions('letta', { ...rest, model: agentId }));
  }

  /** Key: `LLAMA_API_KEY`. */
  static withMeta(options: PresetOptions<MetaChatModels> = {}): LLM {
    return new LLM(presetOptions('meta', options));
  }

  /** Key: `NEBIUS_API_KEY`. */
  static withNebius(options: PresetOptions<NebiusChatModels> = {}): LLM {
    return new LLM(presetOptions('nebius', options));
  }

  /** Key: `OCTOAI_TOKEN`. */
  static withOcto(options: PresetOptions<OctoChatModels> = {}): LLM {
    return new LLM(presetOptions('octo', options));
  }

  /** On this machine, without a key. */
  static withOllama(options: PresetOptions = {}): LLM {
    return new LLM(presetOptions('ollama', options));
  }

  /** Key: `OPENROUTER_API_KEY`. */
  static withOpenRouter(options: OpenRouterOptions = {}): LLM {
    return new LLM(openRouterOptions(options));
  }

  /** Key: `OVHCLOUD_API_KEY`. */
  static withOVHcloud(options: PresetOptions = {}): LLM {
    return new LLM(presetOptions('ovhcloud', options));
  }

  /** Key: `PERPLEXITY_API_KEY`. */
  static withPerplexity(options: PresetOptions<PerplexityChatModels> = {}): LLM {
    return new LLM(presetOptions('perplexity', options));
  }

  /** Key: `SAMBANOVA_API_KEY`. */
  static withSambaNova(options: PresetOptions<SambaNovaChatModels> = {}): LLM {
    return new LLM(presetOptions('sambanova', options));
  }

  /** Key: `TELNYX_API_KEY`. */
  static withTelnyx(options: PresetOptions<TelnyxChatModels> = {}): LLM {
    return new LLM(presetOptions('telnyx', options));
  }

  /** Key: `TOGETHER_API_KEY`. */
  static withTogether(options: PresetOptions<TogetherChatModels> = {}): LLM {
    return new LLM(presetOptions('together', options));
  }

  /** Key: `AI_GATEWAY_API_KEY`. Models are written `provider/model`. */
  static withVercel(options: PresetOptions = {}): LLM {
    return new LLM(presetOptions('vercel', options));
  }

  /** Key: `XAI_API_KEY`. */
  static withXAI(options: PresetOptions<XAIChatModels> = {}): LLM {
    return new LLM(presetOptions('xai', options));
  }
}
