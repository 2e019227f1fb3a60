import { llm } from '@livekit/agents';
import type { ToolChoice } from './options.ts';
import { reasoningBefore, type ReasoningItem, type RefusedReasoning } from './reasoning-items.ts';
import { strictSchema } from './schema.ts';

/** An item of a request's `input`, in the shapes that LiveKit's `openai.responses` format writes. */
export type ResponseInputItem =
  | { type?: 'message'; role: string; content: unknown; phase?: unknown }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: unknown };

/** A conversation as the Responses API wants it. */
export interface Input {
  /** What was said and done: what chains are matched by. */
  readonly items: readonly ResponseInputItem[];
  /** The thoughts that belong before an item. */
  readonly reasoning: ReadonlyMap<ResponseInputItem, readonly ReasoningItem[]>;
}

/**
 * A chat context as the Responses API wants it. LiveKit writes the items, in its own order and without their ids; the
 * thoughts find their places by call id, and by `phase`, which LiveKit copies from a message as it is.
 */
export async function toInput(chatCtx: llm.ChatContext): Promise<Input> {
  const calls = new Map<string, readonly ReasoningItem[]>();
  const marked = chatCtx.items.map((item) => {
    const thoughts = reasoningBefore(item);
    if (thoughts.length === 0) return item;
    if (item.type === 'function_call') calls.set(item.callId, thoughts);
    return item.type === 'message' && item.role === 'assistant' ? marking(item, thoughts) : item;
  });
  const items = (await new llm.ChatContext(marked).toProviderFormat('openai.responses')) as ResponseInputItem[];
  const reasoning = new Map<ResponseInputItem, readonly ReasoningItem[]>();
  for (const item of items) {
    const thoughts = item.type === 'function_call' ? calls.get(item.call_id) : unmark(item);
    if (thoughts !== undefined) reasoning.set(item, thoughts);
  }
  return { items, reasoning };
}

/** Carries thoughts through LiveKit's formatting in the place of `phase`. */
class Marked {
  readonly phase: unknown;
  readonly thoughts: readonly ReasoningItem[];

  constructor(phase: unknown, thoughts: readonly ReasoningItem[]) {
    this.phase = phase;
    this.thoughts = thoughts;
  }
}

function marking(message: llm.ChatMessage, thoughts: readonly ReasoningItem[]): llm.ChatMessage {
  const { openai } = message.extra as { openai?: { phase?: unknown } };
  const copy = Object.create(Object.getPrototypeOf(message) as object) as llm.ChatMessage;
  return Object.assign(copy, message, { extra: { openai: { phase: new Marked(openai?.phase, thoughts) } } });
}

function unmark(item: ResponseInputItem): readonly ReasoningItem[] | undefined {
  const message = item as { phase?: unknown };
  if (!(message.phase instanceof Marked)) return undefined;
  const { phase, thoughts } = message.phase;
  if (phase === undefined) delete message.phase;
  else message.phase = phase;
  return thoughts;
}

/** Items as they are sent, each after its thoughts. A thought is sent once, and not at all once it was refused. */
export function withReasoning(
  items: readonly ResponseInputItem[],
  { reasoning }: Input,
  refused: RefusedReasoning,
): { input: unknown[]; thoughts: ReasoningItem[] } {
  const thoughts = new Map<string, ReasoningItem>();
  const input = items.flatMap((item) => {
    const before = (reasoning.get(item) ?? []).filter((each) => !thoughts.has(each.id) && !refused.has(each));
    for (const each of before) thoughts.set(each.id, each);
    return [...before, item];
  });
  return { input, thoughts: [...thoughts.values()] };
}

/** LiveKit's tools as entries of `tools`: functions sorted by name, so that prompt caches hit, then hosted tools. */
export function toTools(toolCtx: llm.ToolContext | undefined, strict: boolean): Record<string, unknown>[] {
  if (toolCtx === undefined) return [];
  const functions = llm
    .sortedToolEntries(toolCtx)
    .map(([name, tool]) => toFunction(name, tool as AnyFunctionTool, strict));
  return [...functions, ...toolCtx.providerTools.flatMap(toHosted)];
}

type AnyFunctionTool = Pick<llm.FunctionTool, 'description' | 'parameters'>;

function toFunction(name: string, tool: AnyFunctionTool, strict: boolean): Record<string, unknown> {
  const { schema, strict: isStrict } = strictSchema(tool.parameters, strict);
  // Left out, `strict` means true to the Responses API, which then refuses schemas that are not.
  return { type: 'function', name, description: tool.description, parameters: schema, strict: isStrict };
}

/** By shape: a tool may come from another copy of this package, and tools of other providers mean nothing here. */
function toHosted(tool: llm.ProviderTool): Record<string, unknown>[] {
  const { toToolConfig } = tool as { toToolConfig?: unknown };
  return typeof toToolConfig === 'function' ? [toToolConfig.call(tool) as Record<string, unknown>] : [];
}

/** LiveKit writes a chosen function as chat completions do; the Responses API has it flat, and knows other choices. */
export function toToolChoice(choice: ToolChoice | null | undefined): unknown {
  const chosen =
    typeof choice === 'object' ? (choice as { type?: unknown; function?: { name?: unknown } } | null) : null;
  return chosen?.type === 'function' && chosen.function !== undefined
    ? { type: 'function', name: chosen.function.name }
    : choice;
}

/**
 * Without everything that is `undefined` or `null`, also one level down (`reasoning.effort`): the API refuses an
 * explicit `null` in many places. Deeper things are somebody's data (a JSON schema) and stay as they are.
 */
export function given(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    result[key] = isPlain(value)
      ? Object.fromEntries(Object.entries(value).filter(([, inner]) => inner != null))
      : value;
  }
  return result;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
