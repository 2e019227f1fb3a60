import type { Frame } from '@patchbay/ws-session';

/** A decoded message: own, unvalidated JSON. Every field may be missing, `null` or of another type. */
export type JsonMessage = Readonly<Record<string, unknown>>;

/** From how many characters on a frame is worth the search for a long text. */
const worthwhile = 1_000;

/** What a parser sees in a long text's place. */
const stead = 'a long text';

/**
 * The default decoder: one place, and objects only.
 *
 * `longText`: the name of a field that may hold thousands of characters in which nothing is escaped, such as the base64
 * of audio. It is cut out of the frame instead of being parsed, which halves what such a frame costs.
 *
 * @throws SyntaxError for text that is no JSON. What is inside a long text is not looked at.
 */
export function decodeJson(frame: Frame, longText?: string): JsonMessage | undefined {
  const text =
    typeof frame === 'string' ? frame : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString();
  const long = longText !== undefined && text.length >= worthwhile ? withLongText(text, longText) : undefined;
  const message = long ?? parsed(text);
  return typeof message === 'object' && message !== null && !Array.isArray(message)
    ? (message as JsonMessage)
    : undefined;
}

/** `undefined` wherever it is not certain that this is what a parser would say. */
function withLongText(text: string, name: string): JsonMessage | undefined {
  // No text can hold this unescaped, so it is the name of a field wherever it is.
  const field = `"${name}":`;
  const at = text.indexOf(field);
  if (at < 0) return undefined;
  // Python writes a space.
  const quote = text[at + field.length] === ' ' ? at + field.length + 1 : at + field.length;
  const end = text.indexOf('"', quote + 1);
  if (text[quote] !== '"' || end < 0 || text.includes(field, end)) return undefined;
  const value = text.slice(quote + 1, end);
  if (value.includes('\\')) return undefined;
  const message = parsed(text.slice(0, quote + 1) + stead + text.slice(end)) as Record<string, unknown> | null;
  // Else it is a field of something inside, or comes again in another spelling.
  if (message?.[name] !== stead) return undefined;
  message[name] = value;
  return message;
}

/** Node's own error would quote a piece of the text, and a piece of a secret is none that could be found. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError('it is not JSON');
  }
}
