import type { IncomingMessage } from 'node:http';
import { protocolsOf } from '../keys.ts';

const KEY_PROTOCOL = 'openai-insecure-api-key.';

/** The token after `Bearer `, spelled exactly so. */
export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
}

/** The key a browser's WebSocket offers as a subprotocol. */
export function protocolKeyOf(request: IncomingMessage): string | undefined {
  return protocolsOf(request)
    .find((protocol) => protocol.startsWith(KEY_PROTOCOL))
    ?.slice(KEY_PROTOCOL.length);
}

/** The first of these headers that the request has. */
export function headerOf(request: IncomingMessage, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = request.headers[name];
    if (typeof value === 'string' && value) return value;
  }
  return undefined;
}
