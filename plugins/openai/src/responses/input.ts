import { llm } from '@livekit/agents';

/** An item of a request's `input`, in the shapes that LiveKit's `openai.responses` format writes. */
export type ResponseInputItem =
  | { type?: 'message'; role: string; content: unknown; phase?: unknown }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: unknown };

/** A chat context as the Responses API wants it. */
export async function toInput(chatCtx: llm.ChatContext): Promise<ResponseInputItem[]> {
  return (await chatCtx.toProviderFormat('openai.responses')) as ResponseInputItem[];
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
  // `$schema` is for validators; some gateways refuse it.
  const { $schema: _schema, ...parameters } = llm.toJsonSchema(tool.parameters, true, strict);
  // Left out, `strict` means true to the Responses API, which then refuses schemas that are not.
  return { type: 'function', name, description: tool.description, parameters, strict: strict && isStrict(parameters) };
}

/** By shape: a tool may come from another copy of this package, and tools of other providers mean nothing here. */
function toHosted(tool: llm.ProviderTool): Record<string, unknown>[] {
  const { toToolConfig } = tool as { toToolConfig?: unknown };
  return typeof toToolConfig === 'function' ? [toToolConfig.call(tool) as Record<string, unknown>] : [];
}

/**
 * Whether a schema keeps the rules of strict mode: every object closed, every property required. Schemas made
 * from zod do; raw ones (an MCP server's, say) often do not, and a request that claims it for them is refused.
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function isStrict(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return true;
  if (Array.isArray(schema)) return schema.every(isStrict);
  const { type, properties, required, additionalProperties, items, anyOf, $defs, definitions } = schema as Schema;
  if (type === 'object' || properties !== undefined) {
    const names = Object.keys(properties ?? {});
    if (additionalProperties !== false || !names.every((name) => required?.includes(name))) return false;
  }
  return (
    [properties, $defs, definitions].every((map) => isStrict(Object.values(map ?? {}))) && isStrict([items, anyOf])
  );
}

interface Schema {
  type?: unknown;
  properties?: Record<string, unknown>;
  required?: readonly string[];
  additionalProperties?: unknown;
  items?: unknown;
  anyOf?: unknown;
  $defs?: Record<string, unknown>;
  definitions?: Record<string, unknown>;
}

/** LiveKit writes a chosen function as chat completions do; the Responses API has it flat. */
export function toToolChoice(choice: llm.ToolChoice | undefined): unknown {
  return typeof choice === 'object' ? { type: 'function', name: choice.function.name } : choice;
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
