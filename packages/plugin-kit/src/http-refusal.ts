import type { IncomingMessage } from 'node:http';
import {
  explanationIn,
  guessHop,
  keptOf,
  readRefusalBytes,
  requestId as requestIdIn,
  statusVerdict,
} from '@patchbay/ws-session';
import { PatchbayError, type Connection } from '@patchbay/ws-url';
import { retryAfter } from './errors.ts';

/** A response that is not a 2xx, as the error that says who refused, why, and whether to ask again. */
export async function refusalOf(
  connection: Connection,
  message: IncomingMessage,
  { proxy, scrub }: { proxy: string | undefined; scrub: (text: string) => string },
): Promise<PatchbayError> {
  const status = message.statusCode ?? 0;
  const { headers } = message;
  const body = await readSome(message, scrub);
  const hop = guessHop(connection, { status, headers, body, fromProxy: proxy !== undefined || status === 407 });
  const said = explanationIn(body, scrub, connection.endpoint.refusal);
  const reason = status >= 300 && status < 400 ? redirectTo(headers.location) : said.message;
  const hint = hop === 'proxy' ? wishOf(status) : connection.hint({ status, text: body });
  const who = hop === 'proxy' ? `${`the proxy ${proxy ?? ''}`.trim()} before ${connection.host}` : connection.host;
  const parts = [`${who} answered ${status}`, reason, hint].filter((part) => part !== undefined);
  const requestId = requestIdIn(headers, connection.endpoint.requestIdHeader, said.requestId);
  const waitMs = retryAfter(headers);
  return new PatchbayError(hop === 'proxy' ? 'proxy-refused' : 'provider-error', scrub(parts.join(': ')), {
    status,
    hop,
    retryable: statusVerdict(connection, status, body) !== 'fatal',
    ...(said.code === undefined ? {} : { providerCode: said.code }),
    ...(requestId === undefined ? {} : { requestId: scrub(requestId) }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(body === '' ? {} : { body }),
  });
}

/** What a proxy wants, whose 401 is about its own password and not about the provider's key. */
function wishOf(status: number): string | undefined {
  return status === 401 || status === 407 ? 'it wants other credentials in its URL' : undefined;
}

async function readSome(message: IncomingMessage, scrub: (text: string) => string): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of message as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length >= readRefusalBytes) break;
    }
  } catch {
    // The status alone says enough.
  }
  return keptOf(Buffer.concat(pieces).subarray(0, readRefusalBytes).toString(), scrub);
}

/** Only the host: a redirect may carry a token. */
function redirectTo(location: string | undefined): string {
  const host =
    location !== undefined && URL.canParse(location) ? new URL(location).host : 'another path of the same host';
  return `redirects to ${host}, and redirects are not followed`;
}
