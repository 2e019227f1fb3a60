import type { llm } from '@livekit/agents';
import type { Connection } from '@patchbay/ws-url';
import { defaultReasoningEffort } from '../reasoning.ts';
import { given, toToolChoice, toTools } from './input.ts';
import type { LLMOptions } from './options.ts';

/** What `chat()` may say about one call. */
export interface CallOptions {
  toolCtx: llm.ToolContext | undefined;
  parallelToolCalls?: boolean;
  toolChoice?: llm.ToolChoice;
  extraKwargs?: Record<string, unknown>;
}

/** A request without its `input`: everything that does not depend on the conversation. */
export interface RequestBody {
  [key: string]: unknown;
  model?: string;
  store?: boolean;
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
    service_tier: options.serviceTier,
    max_output_tokens: options.maxOutputTokens,
    reasoning: reasoningOf(options),
    text: options.verbosity === undefined ? undefined : { verbosity: options.verbosity },
    prompt_cache_key: options.promptCacheKey,
    safety_identifier: options.safetyIdentifier,
    parallel_tool_calls: functions.length > 0 ? (call.parallelToolCalls ?? options.parallelToolCalls) : undefined,
    tool_choice: tools.length > 0 ? toToolChoice(call.toolChoice ?? options.toolChoice) : undefined,
  };
  const { tools: _tools, ...body } = given({ ...fixed, ...extra });
  return tools.length > 0 ? { ...body, tools } : body;
}

function reasoningOf({ reasoning, model }: LLMOptions): LLMOptions['reasoning'] {
  if (reasoning !== undefined) return reasoning;
  const effort = defaultReasoningEffort(model);
  return effort === undefined ? undefined : { effort };
}

/** The name of the model, as the gateway knows it, goes where the connection wants it: in the body or only in the URL. */
export function placed(body: RequestBody, connection: Connection): RequestBody {
  const { model, ...rest } = body;
  const name = connection.nameOf(model);
  const inBody = connection.modelIn === 'body' || connection.modelIn === 'both';
  return inBody && name !== undefined ? { ...rest, model: name } : rest;
}
