import { arrayOf, parseObject, stringOf } from '../../http/json.ts';
import type { NovaComplaint } from './events.ts';
import { KEYTERM_LIMIT, keytermsExceedLimit } from './settings.ts';

/** What a client may say in text. */
export type NovaMessage =
  { type: 'KeepAlive' | 'CloseStream' | 'Configure' | 'Sync' } | { type: 'Finalize'; channel?: number };

const TYPES = ['CloseStream', 'Configure', 'Sync', 'KeepAlive', 'Finalize'] as const;
const CONFIGURE_FIELDS = ['features', 'processors', 'keyterms', 'language_hints'];

/** The message, or what is wrong with it: told, and the stream goes on. https://developers.deepgram.com/docs/configure */
export function readNovaMessage(text: string, model: string): NovaMessage | NovaComplaint {
  const message = parseObject(text);
  if (!message) return schemaError('expected value at line 1 column 1', text);
  const named = stringOf(message.type);
  const type = TYPES.find((known) => known === named);
  if (!named) return schemaError('missing field `type`', text);
  if (!type) return schemaError(`unknown variant \`${named}\`, expected one of ${ticked(TYPES)}`, text);
  if (type === 'Finalize') return typeof message.channel === 'number' ? { type, channel: message.channel } : { type };
  if (type !== 'Configure') return { type };
  const unknown = Object.keys(message).find((name) => name !== 'type' && !CONFIGURE_FIELDS.includes(name));
  if (unknown) return schemaError(`unknown field \`${unknown}\`, expected one of ${ticked(CONFIGURE_FIELDS)}`, text);
  return refusedKeyterms(message.keyterms, model) ?? { type };
}

function refusedKeyterms(keyterms: unknown, model: string): NovaComplaint | undefined {
  if (keyterms == null) return undefined;
  const base = { type: 'Error', variant: 'InvalidConfigureMessage' } as const;
  if (!model.startsWith('nova-3')) {
    return { ...base, description: '`keyterms` are only supported for Nova-3 and Flux.', code: 'KeytermsNotSupported' };
  }
  return keytermsExceedLimit(arrayOf(keyterms).map(String)) ? { ...base, description: KEYTERM_LIMIT } : undefined;
}

function schemaError(why: string, message: string): NovaComplaint {
  const description = `Could not deserialize last text message: ${why}`;
  return { type: 'Error', variant: 'SchemaError', description, message };
}

function ticked(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
