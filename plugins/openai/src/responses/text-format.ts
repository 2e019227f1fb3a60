import type { llm } from '@livekit/agents';
import { refuseOption } from '@patchbay/plugin-kit';
import { strictSchema } from './schema.ts';

/** A reply that keeps a JSON schema, as the Responses API writes it: an entry of `text.format`. */
export interface JsonSchemaFormat {
  type: 'json_schema';
  /** Letters, digits, underscores and dashes, at most 64. */
  name: string;
  schema: Record<string, unknown>;
  description?: string;
  /** Default: `true` for a schema that allows it, as for tools. */
  strict?: boolean | null;
}

/** The same, as chat completions write it. */
export interface ChatJsonSchemaFormat {
  type: 'json_schema';
  json_schema: Omit<JsonSchemaFormat, 'type'>;
}

/**
 * What a reply looks like: plain text, any JSON object, or JSON that keeps a schema. The shapes of the Responses API
 * and of chat completions are both understood, and so is a zod schema.
 *
 * https://platform.openai.com/docs/guides/structured-outputs
 */
export type ResponseFormat =
  { type: 'text' } | { type: 'json_object' } | JsonSchemaFormat | ChatJsonSchemaFormat | ZodLike;

/** Any schema of zod 3 or 4, by shape: two copies of zod share no class. */
export interface ZodLike {
  parse(value: unknown): unknown;
  safeParse(value: unknown): unknown;
}

/** The name of a schema that came without one. */
const DEFAULT_NAME = 'reply';

/** @throws PatchbayError `invalid-option` that names the option. */
export function toTextFormat(format: ResponseFormat, option = 'responseFormat'): Record<string, unknown> {
  if (typeof format !== 'object' || format === null) return refuseFormat(option);
  if (isZod(format)) return withSchema({ name: DEFAULT_NAME, schema: format });
  if (format.type === 'text' || format.type === 'json_object') return { type: format.type };
  if (format.type !== 'json_schema') return refuseFormat(option);
  const { type: _type, ...flat } = format as JsonSchemaFormat;
  const described = 'json_schema' in format ? format.json_schema : flat;
  if (typeof described !== 'object' || described === null) return refuseFormat(option);
  if (typeof described.name !== 'string' || described.name === '')
    refuseOption(`${option}.name`, 'the name of the schema');
  if (typeof described.schema !== 'object' || described.schema === null)
    refuseOption(`${option}.schema`, 'a JSON schema');
  return withSchema(described);
}

function withSchema(described: { name: string; schema: unknown; strict?: unknown }): Record<string, unknown> {
  const { schema: given, strict: wanted, ...rest } = described;
  const { schema, strict } = strictSchema(given as Parameters<typeof llm.toJsonSchema>[0], wanted !== false);
  return { type: 'json_schema', ...rest, schema, strict: typeof wanted === 'boolean' ? wanted : strict };
}

function isZod(format: object): format is ZodLike {
  return typeof (format as Partial<ZodLike>).safeParse === 'function';
}

function refuseFormat(option: string): never {
  return refuseOption(
    option,
    "{ type: 'text' }, { type: 'json_object' }, { type: 'json_schema', name, schema } or a zod schema",
  );
}
