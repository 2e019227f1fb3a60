import type { IncomingMessage } from 'node:http';
import { protocolsOf } from '../keys.ts';

/**
 * `Authorization: Token KEY`, `Bearer JWT`, or the subprotocols `token, KEY`.
 * https://developers.deepgram.com/docs/using-the-sec-websocket-protocol
 */
export function deepgramKeyOf(request: IncomingMessage): string | undefined {
  const header = /^(?:Token|Bearer) +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (header) return header;
  const [scheme, key] = protocolsOf(request);
  // A short-lived token goes by `bearer` there, as in the header; the page names `token` only.
  return /^(?:token|bearer)$/i.test(scheme ?? '') ? key : undefined;
}
