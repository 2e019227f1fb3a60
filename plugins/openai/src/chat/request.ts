import type { llm } from '@livekit/agents';
import { limitIn } from '../counts.ts';
import { defaultReasoningEffort } from '../reasoning.ts';
import { given, toTools } from '../responses/input.ts';
import { rulesOf } from './model-rules.ts';
import type { LLMOptions } from './options.ts';
import { toResponseFormat } from './response-format.ts';

/** What `chat()` may say about one call. */
export interface CallOptions {
  toolCtx: llm.ToolContext | undefined;
  parallelToolCalls?: boolean;
  toolChoice?: llm.ToolChoice;
  /** Fields of the body; those of `extra_body` are added last. */
  extraKwargs?: Record<string, unknown>;
}

/** A request without its `messages`: everything that does not depend on the conversation. */
export interface RequestBody {
  [key: string]: unknown;
  model?: string;
  reasoning_effort?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The body of one call. What the call says wins over `extraBody`, and that over the options of the model; whatever
 * is `null` or `undefined` is not sent. What a family of models is known to refuse is left out as well, except where
 * `extraBody` or `extra_body` insist on it.
 */
export function toBody(options: LLMOptions, call: CallOptions): RequestBody {
  const { extra_body, extra_headers: _headers, extra_query: _query, ...wanted } = call.extraKwargs ?? {};
  const { extraBody = {} } = options;
  const last = extra_body as Fields | null | undefined;
  const tools = [
    ...toTools(call.toolCtx, options.strictToolSchema ?? false).flatMap(toFunctionTool),
    ...[extraBody, wanted, last].flatMap((layer) => (Array.isArray(layer?.tools) ? (layer.tools as unknown[]) : [])),
  ];
  const hasTools = tools.length > 0;
  const model = typeof wanted.model === 'string' ? wanted.model : options.model;
  const { refuses, demands } = rulesOf(model, { tools: hasTools });
  const body: Record<string, unknown> = {
    ...said(fieldsOf(options, model), refuses),
    ...demands,
    ...said(extraBody),
    ...said({ parallel_tool_calls: call.parallelToolCalls, tool_choice: wordOf(call.toolChoice), ...wanted }, refuses),
    ...said(last ?? {}),
  };
  return given({
    ...body,
    response_format: toResponseFormat(body.response_format),
    tools: hasTools ? tools : undefined,
    tool_choice: hasTools ? toToolChoice(body.tool_choice) : undefined,
    parallel_tool_calls: hasTools ? body.parallel_tool_calls : undefined,
  });
}

function fieldsOf(options: LLMOptions, model: string): Fields {
  const { reasoningEffort: effort } = options;
  return {
    model: options.model,
    stream: true,
    stream_options: { include_usage: true },
    temperature: options.temperature,
    top_p: options.topP,
    max_completion_tokens: limitIn(options.maxCompletionTokens) || undefined,
    reasoning_effort: effort === undefined ? defaultReasoningEffort(model) : effort,
    verbosity: options.verbosity || undefined,
    response_format: options.responseFormat,
    service_tier: options.serviceTier || undefined,
    store: options.store,
    metadata: options.metadata,
    user: options.user || undefined,
    safety_identifier: options.safetyIdentifier || undefined,
    prompt_cache_key: options.promptCacheKey || undefined,
    prompt_cache_retention: options.promptCacheRetention || undefined,
    parallel_tool_calls: options.parallelToolCalls === undefined ? true : options.parallelToolCalls,
    tool_choice: options.toolChoice || undefined,
  };
}

/** An empty choice covers that of the model, as `null` does. */
function wordOf(choice: llm.ToolChoice | undefined): llm.ToolChoice | null | undefined {
  return (choice as string | undefined) === '' ? null : choice;
}

/** A layer of fields: `undefined` covers nothing below it, `null` does. */
function said(fields: Fields, refuses?: ReadonlySet<string>): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== undefined && refuses?.has(name) !== true),
  );
}

/** The API nests what the Responses API has flat. Tools that the Responses API runs itself do not exist here. */
function toFunctionTool({ type, strict, ...described }: Record<string, unknown>): unknown[] {
  if (type !== 'function') return [];
  return [{ type, function: strict === true ? { ...described, strict } : described }];
}

/** LiveKit's shape of a chosen function is the API's; the flat one of the Responses API is taken too. */
function toToolChoice(choice: unknown): unknown {
  if (typeof choice !== 'object' || choice === null) return choice;
  const { type, name, function: chosen } = choice as { type?: unknown; name?: unknown; function?: { name?: unknown } };
  return type === 'function' ? { type, function: { name: chosen?.name ?? name } } : choice;
}
