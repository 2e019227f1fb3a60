import { isObject, parseObject } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import type { Transport } from './catalogue.ts';
import { errorEvent } from './dialects.ts';
import type { Dialect } from './dialects.ts';
import type { Encoder } from './encoders.ts';
import type { Passing } from './frames.ts';
import type { Fault } from './types.ts';

/** A message of the service, and what is known about where it passes. */
export interface Content {
  readonly message: Passing;
  readonly settings: Fault;
  readonly encoder: Encoder;
  readonly dialect: Dialect;
  readonly transport: Transport;
}

/** What comes beside the message at the point, or in its place. */
export const extras: Readonly<Record<string, (content: Content) => Buffer>> = {
  'malformed-json': ({ message, encoder }) => {
    const text = message.text ?? '{"type":"event.of.a.fault"}';
    return encoder.message(text.slice(0, Math.ceil(text.length / 2)));
  },
  'json-null': ({ encoder }) => encoder.message('null'),
  'json-number': ({ encoder }) => encoder.message('42'),
  'json-array': ({ encoder }) => encoder.message('[]'),
  'no-type': ({ message, encoder }) => {
    const { type: _type, object: _object, ...rest } = parseObject(message.text ?? '') ?? {};
    return encoder.message(JSON.stringify(rest));
  },
  'unknown-event': ({ encoder }) =>
    encoder.message(
      JSON.stringify({ type: 'event.that.nobody.knows', event_id: 'event_of_a_fault', of: ['a', 'fault'] }),
    ),
  orphan: ({ encoder, dialect }) => encoder.message(JSON.stringify(dialect.orphan)),
  'error-event': ({ message, encoder, dialect, transport, settings }) =>
    encoder.message(JSON.stringify(errorEvent(dialect, transport, settings, parseObject(message.text ?? '') ?? {}))),
  'prototype-keys': ({ encoder }) =>
    encoder.message(
      '{"type":"event.of.a.fault","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ),
  'huge-frame': ({ encoder, settings }) => {
    const [before, after] = ['{"type":"event.of.a.fault","padding":"', '"}'];
    const padding = Math.max(0, (settings.bytes ?? 0) - before.length - after.length);
    return encoder.message(Buffer.concat([Buffer.from(before), Buffer.alloc(padding, 'x'), Buffer.from(after)]));
  },
  'binary-frame': ({ encoder }) => encoder.binary(),
  'invalid-utf8': ({ encoder }) =>
    encoder.message(
      Buffer.concat([Buffer.from('{"type":"event.of.a.fault","text":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}')]),
    ),
  'bad-frame': ({ encoder }) => encoder.bad(),
  'deflated-frame': ({ encoder }) => encoder.deflated(),
};

/** What becomes of the message at the point. */
export const changes: Readonly<Record<string, (content: Content) => Buffer[]>> = {
  'null-fields': ({ message, encoder }) => [
    encoder.message(JSON.stringify(withNulls(parseObject(message.text ?? '')))),
  ],
  fragments: ({ message, encoder, settings }) =>
    message.text === undefined ? [message.raw] : [encoder.pieces(message.text, settings.bytes ?? 1)],
  duplicate: ({ message }) => [message.raw, message.raw],
};

/** Fields that are null in the service's own types, now or then. */
const nullable: ReadonlySet<string> = new Set([
  'usage',
  'code',
  'param',
  'event_id',
  'status_details',
  'incomplete_details',
  'metadata',
  'conversation_id',
  'previous_response_id',
  'previous_item_id',
  'instructions',
  'max_output_tokens',
  'temperature',
  'top_p',
  'user',
  'service_tier',
  'system_fingerprint',
  'refusal',
  'logprobs',
  'reasoning',
  'phase',
  // Deepgram's.
  'languages',
  'speaker',
  'trigger',
]);

/** A field that is null, and whatever is in the others. The text of an item is not taken, only what says something about it. */
function withNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      nullable.has(key) && !Array.isArray(field) ? null : withNulls(field),
    ]),
  );
}

/** Whether an event ends something or tells an error: that a reader must not miss, whatever it holds. */
export function isTerminal(text: string | undefined): boolean {
  const event: JsonObject | undefined = parseObject(text ?? '');
  if (!event) return false;
  if (event.error != null || event.usage != null) return true;
  if (Array.isArray(event.choices))
    return event.choices.some((choice) => isObject(choice) && choice.finish_reason != null);
  if (event.is_final === true || event.event === 'EndOfTurn') return true;
  if (typeof event.type !== 'string') return event.object !== 'chat.completion.chunk';
  return /^error$|^(?:Error|Warning|Flushed)$|^(?:response|transcript\.text|speech\.audio|session)\.(?:done|completed|failed|incomplete|closed)$|transcription\.(?:completed|failed)$/.test(
    event.type,
  );
}
