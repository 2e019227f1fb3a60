import { PatchbayError } from './errors.ts';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** These belong to the socket or the HTTP client; a second one would break the request. */
const reserved = /^(?:connection|upgrade|content-length|transfer-encoding|sec-websocket-.*)$/i;

/** Header values that are no secrets, so that messages stay readable. */
const plainHeaders = new Set(['accept', 'content-type', 'user-agent', 'openai-beta', 'x-portkey-provider']);

/** Checks headers that a user gave. Errors name the header, never its value. */
export function checkHeaders(headers: unknown, option: string): Record<string, string> {
  if (headers === undefined) return {};
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new PatchbayError('invalid-option', `\`${option}\` must be an object of header names and values.`);
  }
  const checked: Record<string, string> = {};
  const given = new Set<string>();
  for (const [name, value] of Object.entries(headers as Record<string, unknown>)) {
    if (value === undefined) continue;
    checkHeader(name, value, option);
    if (given.has(name.toLowerCase())) {
      throw new PatchbayError('invalid-option', `\`${option}\` (${name}) must be given once: case is no difference.`);
    }
    given.add(name.toLowerCase());
    checked[name] = (value as string).trim();
  }
  return checked;
}

function checkHeader(name: string, value: unknown, option: string): void {
  // A name that is no token may be a value in the wrong place, so it is not repeated.
  if (!token.test(name))
    throw new PatchbayError('invalid-option', `\`${option}\` holds a name that is no HTTP header name.`);
  const where = `\`${option}\` (${name})`;
  if (name.includes('_')) {
    // nginx: https://nginx.org/en/docs/http/ngx_http_core_module.html#underscores_in_headers
    throw new PatchbayError(
      'invalid-option',
      `${where}: nginx and others silently drop header names with "_"; use "-".`,
    );
  }
  if (reserved.test(name)) throw new PatchbayError('invalid-option', `${where} is set by the connection itself.`);
  if (typeof value !== 'string')
    throw new PatchbayError('invalid-option', `${where} must be a string, and given once.`);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new PatchbayError(
      'invalid-option',
      `${where} contains a line break or another character that no header may hold.`,
    );
  }
  if (name.toLowerCase() === 'openai-beta' && /\brealtime=v1\b/.test(value)) {
    // https://github.com/pickle-com/glass/issues/220
    throw new PatchbayError(
      'invalid-option',
      `${where}: the beta shape of the Realtime API was switched off in May 2026 and OpenAI closes such sessions; leave \`realtime=v1\` out.`,
    );
  }
}

/** Lays headers over others; names count once, whatever their case. */
export function mergeHeaders(...layers: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const merged = new Map<string, readonly [name: string, value: string]>();
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer)) merged.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(merged.values());
}

export function hasHeader(headers: Readonly<Record<string, string>>, name: string): boolean {
  return Object.keys(headers).some((each) => each.toLowerCase() === name.toLowerCase());
}

/** The values of a user's headers that must never be shown. */
export function secretsOfHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => !plainHeaders.has(name.toLowerCase()))
    .map(([, value]) => value);
}

/** A key inside a subprotocol must be an RFC 6455 token. */
export function subprotocolOf(prefix: string, credential: string, option: string): string {
  if (token.test(credential)) return `${prefix}.${credential}`;
  throw new PatchbayError(
    'invalid-option',
    `\`${option}\` travels as a WebSocket subprotocol here and holds a character that none may hold.`,
  );
}
