import type { llm } from '@livekit/agents';
import type { Connection } from '@patchbay/ws-url';
import { limitIn } from '../counts.ts';
import { defaultReasoningEffort, supportsReasoningEffort } from '../reasoning.ts';
import { given, toToolChoice, toTools } from './input.ts';
import type { LLMOptions, ToolChoice } from './options.ts';
import { toTextFormat, type ResponseFormat } from './text-format.ts';

const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** What `chat()` may say about one call. */
export interface CallOptions {
  toolCtx: llm.ToolContext | undefined;
  parallelToolCalls?: boolean;
  toolChoice?: ToolChoice;
  responseFormat?: ResponseFormat;
  extraKwargs?: Record<string, unknown>;
}

/** A request without its `input`: everything that does not depend on the conversation. */
export interface RequestBody {
  [key: string]: unknown;
  model?: string;
  store?: boolean;
  include?: readonly string[];
  previous_response_id?: string;
}

/**
 * The body of one call. What the call says wins over `extraBody`, and that over the options of the model; whatever
 * is `null` or `undefined` is not sent.
 */
export function toBody(options: LLMOptions, call: CallOptions): RequestBody {
  const extra: Record<string, unknown> = { ...options.extraBody, ...call.extraKwargs };
  const own = toTools(call.toolCtx, options.strictToolSchema ?? true);
  const tools: unknown[] = Array.isArray(extra.tools) ? [...own, ...(extra.tools as unknown[])] : own;
  const functions = own.filter((tool) => tool.type === 'function');
  const fixed = {
    model: options.model,
    temperature: options.temperature,
    store: options.store,
    metadata: options.metadata,
    service_tier: options.serviceTier || undefined,
    max_output_tokens: limitIn(options.maxOutputTokens),
    reasoning: reasoningOf(options),
    top_p: options.topP,
    prompt_cache_key: options.promptCacheKey || undefined,
    prompt_cache_retention: options.promptCacheRetention || undefined,
    prompt_cache_options: options.promptCacheOptions,
    safety_identifier: options.safetyIdentifier || undefined,
    user: options.user || undefined,
    truncation: options.truncation || undefined,
    prompt: options.prompt,
    max_tool_calls: options.maxToolCalls,
    parallel_tool_calls: functions.length > 0 ? (call.parallelToolCalls ?? options.parallelToolCalls) : undefined,
    tool_choice:
      tools.length > 0
        ? toToolChoice((call.toolChoice === undefined ? options.toolChoice : call.toolChoice) || undefined)
        : undefined,
  };
  const { tools: _tools, response_format: _format, ...body } = given({ ...fixed, ...extra });
  const text = textOf(options, call, extra);
  const include = new Set((body.include ?? options.include ?? []) as string[]);
  return {
    ...body,
    ...(Object.keys(text).length > 0 ? { text } : {}),
    ...(include.size > 0 ? { include: [...include] } : {}),
    ...(tools.length > 0 ? { tools } : {}),
  };
}

/** `text` is two options in one: whoever sets the format leaves the verbosity alone, and the other way round. */
function textOf(
  { verbosity, responseFormat }: LLMOptions,
  call: CallOptions,
  extra: Record<string, unknown>,
): Record<string, unknown> {
  const perCall = call.responseFormat ?? (call.extraKwargs?.response_format as ResponseFormat | null | undefined);
  const inExtra = (extra.response_format ?? responseFormat) as ResponseFormat | null | undefined;
  const own = { verbosity: verbosity || undefined, format: inExtra == null ? undefined : toTextFormat(inExtra) };
  const format = perCall == null ? {} : { format: toTextFormat(perCall) };
  const { text } = given({ text: { ...own, ...(extra.text as object | null | undefined), ...format } });
  return text as Record<string, unknown>;
}

function reasoningOf({ reasoning, model }: LLMOptions): LLMOptions['reasoning'] {
  if (reasoning !== undefined) return reasoning;
  const effort = defaultReasoningEffort(model);
  return effort === undefined ? undefined : { effort };
}

/**
 * Whether more is asked for than the user said: where nothing is stored, a reasoning model gets its own thoughts back
 * only if they were asked for.
 */
export function wantsThoughts({ model = '', store, include = [] }: RequestBody): boolean {
  return store === false && supportsReasoningEffort(model) && !include.includes(ENCRYPTED_REASONING);
}

/** The body with the thoughts that {@link wantsThoughts} wants. */
export function withThoughts(body: RequestBody): RequestBody {
  return { ...body, include: [...(body.include ?? []), ENCRYPTED_REASONING] };
}

/** The name of the model, as the gateway knows it, goes where the connection wants it: in the body or only in the URL. */
export function placed(body: RequestBody, connection: Connection): RequestBody {
  const { model, ...rest } = body;
  const name = connection.nameOf(model);
  const inBody = connection.modelIn === 'body' || connection.modelIn === 'both';
  return inBody && name !== undefined ? { ...rest, model: name } : rest;
}
