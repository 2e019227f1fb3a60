import { invalidRequest, missingParameter } from '../http/errors.ts';
import { arrayOf, isObject, objectOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';

/** A reply that is to keep a schema. */
export interface ReplyFormat {
  name: string;
  schema: JsonObject;
}

/**
 * Reads `text.format`; `undefined` for words. Refuses what the service refuses: a schema without a name, and one that
 * claims strict mode without keeping its rules. https://platform.openai.com/docs/guides/structured-outputs
 */
export function readFormat(body: JsonObject): ReplyFormat | undefined {
  const format = objectOf(objectOf(body.text).format);
  if (format.type !== 'json_schema') return undefined;
  const name = stringOf(format.name);
  if (!name) throw missingParameter('text.format.name');
  if (!isObject(format.schema)) throw missingParameter('text.format.schema');
  if (format.strict === true) refuseLoose(format.schema, name);
  return { name, schema: format.schema };
}

function refuseLoose(schema: unknown, name: string): void {
  if (!isObject(schema)) return;
  const { type, properties, required, additionalProperties, items } = schema;
  if (type === 'object') {
    const missing = Object.keys(objectOf(properties)).filter((key) => !arrayOf(required).includes(key));
    if (additionalProperties !== false || missing.length > 0) {
      const rule = missing.length > 0 ? `'required' lacks '${missing[0]}'` : "'additionalProperties' must be false";
      throw invalidRequest(`Invalid schema for response_format '${name}': ${rule}.`, {
        code: 'invalid_json_schema',
        param: 'text.format.schema',
      });
    }
  }
  for (const each of [...Object.values(objectOf(properties)), items]) refuseLoose(each, name);
}
