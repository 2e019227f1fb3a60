import { strictSchema } from '../responses/schema.ts';

/** The shapes that the API knows: they pass as they are. */
const known: ReadonlySet<unknown> = new Set(['text', 'json_object', 'json_schema']);

/**
 * A zod object, a JSON schema or the API's own shape, as `response_format`.
 * https://platform.openai.com/docs/guides/structured-outputs
 */
export function toResponseFormat(format: unknown): unknown {
  if (typeof format !== 'object' || format === null || known.has((format as { type?: unknown }).type)) return format;
  const { schema, strict } = strictSchema(format, true);
  return { type: 'json_schema', json_schema: { name: nameOf(schema.title), schema, strict } };
}

/** The API wants a name of letters, digits, `_` and `-`. */
function nameOf(title: unknown): string {
  const name = typeof title !== 'string' ? undefined : title.replace(/[^\w-]+/g, '_').slice(0, 64);
  return name === undefined || name === '' ? 'response' : name;
}
