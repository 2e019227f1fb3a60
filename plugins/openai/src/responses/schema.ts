import { llm } from '@livekit/agents';

/** A JSON schema as the service takes it, and whether it may be sent in strict mode. */
export interface StrictSchema {
  schema: Record<string, unknown>;
  strict: boolean;
}

/** A zod or JSON schema as JSON schema; `wanted`: in strict mode if it keeps the rules of it. */
export function strictSchema(source: Parameters<typeof llm.toJsonSchema>[0], wanted: boolean): StrictSchema {
  // `$schema` is for validators; some gateways refuse it.
  const { $schema: _schema, ...schema } = llm.toJsonSchema(source, true, wanted) as Record<string, unknown>;
  return { schema, strict: wanted && isStrict(schema) };
}

/**
 * Whether a schema keeps the rules of strict mode: every object closed, every property required. Schemas made
 * from zod do; raw ones (an MCP server's, say) often do not, and a request that claims it for them is refused.
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
function isStrict(schema: unknown): boolean {
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
