import type { IncomingMessage } from 'node:http';
import { invalidRequest } from './http/errors.ts';
import type { ServiceError } from './http/errors.ts';

const KEY_PROTOCOL = 'openai-insecure-api-key.';

/** The key a request carries: a bearer token or, from browsers, a subprotocol. */
export function keyOf(request: IncomingMessage): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer) return bearer;
  return protocolsOf(request)
    .find((protocol) => protocol.startsWith(KEY_PROTOCOL))
    ?.slice(KEY_PROTOCOL.length);
}

/** The subprotocols an upgrade offers, in order. */
export function protocolsOf(request: IncomingMessage): string[] {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  return header
    .split(',')
    .map((protocol) => protocol.trim())
    .filter(Boolean);
}

/** The offer to accept: never one that is a credential. */
export function chooseProtocol(offered: Iterable<string>): string | false {
  return [...offered].find((protocol) => !protocol.startsWith('openai-')) ?? false;
}

/** What a request without a known key is told. The key itself is never repeated. */
export function unauthorized(request: IncomingMessage): ServiceError {
  const message = keyOf(request)
    ? 'Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.'
    : "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.";
  return invalidRequest(message, { status: 401, code: 'invalid_api_key' });
}
