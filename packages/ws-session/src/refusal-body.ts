import type { RefusalShape } from '@patchbay/ws-url';

/** As much of a refusal as is kept, in bytes and, once it is read, in characters. */
const keptLength = 8_192;

/** As much as is read: beyond what is kept, so that no secret is cut in two before it is looked for. */
export const readRefusalBytes: number = keptLength + 4_096;

/** What is kept of a refusal's body, of which {@link readRefusalBytes} were read: scrubbed, and only then cut. */
export function keptOf(body: string, scrub: (text: string) => string): string {
  return scrub(body).slice(0, keptLength);
}

/** What a refusal's body says in words and in a code, and the id that it gives the request. */
export interface Explanation {
  message?: string | undefined;
  code?: string | undefined;
  requestId?: string | undefined;
}

/**
 * `{ error: { message, code, type } }` as most providers have it, bare or under `detail`, or the fields that the endpoint
 * names; HTML says nothing.
 */
export function explanationIn(body: string, scrub: (text: string) => string, shape: RefusalShape = {}): Explanation {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return {};
  }
  const outer = objectOf(json);
  const detail = objectOf(outer?.detail);
  const error = objectOf(outer?.error) ?? objectOf(detail?.error) ?? outer;
  const own = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : textOf(outer?.[name]);
  const alone = [outer?.error, outer?.detail, detail?.error].map(textOf).find((text) => text !== undefined);
  const message = own(shape.message) ?? textOf(error?.message) ?? alone;
  const code = own(shape.code) ?? textOf(error?.code) ?? textOf(error?.type);
  // Once more: JSON may have written a secret with escapes.
  return { message: message && scrub(message), code: code && scrub(code), requestId: own(shape.requestId) };
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 500) : undefined;
}
