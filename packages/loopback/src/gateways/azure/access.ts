import type { IncomingMessage } from 'node:http';
import { bearerOf, headerOf } from '../keys.ts';
import { replyJson } from '../reply.ts';
import type { Arrival, Call, GatewayContext } from '../types.ts';

/** An answer that is no success: its status and Azure's body. */
export interface Refusal {
  status: number;
  body: unknown;
}

export function refusal(status: number, code: string, message: string): Refusal {
  return { status, body: { error: { code, message } } };
}

export const notFound: Refusal = refusal(404, '404', 'Resource not found');

const wrongKey = refusal(
  401,
  '401',
  'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription.',
);

/** Another shape than that of all its other errors: langchain-ai/langchain#17373, MuiseDestiny/zotero-gpt#412 */
const wrongToken: Refusal = {
  status: 401,
  body: {
    statusCode: 401,
    message:
      'Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.',
  },
};

/**
 * Who may come in: a resource key in `api-key`, a Microsoft Entra token in `Authorization`, or either in the query, for
 * browsers. The v1 API takes a key as a bearer too, for clients that were made for OpenAI; the older API does not,
 * which shows only where `tokens` says what a token is.
 */
export function admit(
  { request, parameters }: { request: IncomingMessage; parameters: URLSearchParams },
  gateway: GatewayContext,
  { keyAsBearer }: { keyAsBearer: boolean },
): Refusal | undefined {
  const { tokens } = gateway.settings;
  const key = headerOf(request, 'api-key') ?? parameters.get('api-key') ?? undefined;
  if (key !== undefined) return gateway.accepts(key) && tokens?.[key] === undefined ? undefined : wrongKey;
  const bearer = bearerOf(request) ?? parameters.get('Authorization')?.replace(/^Bearer /, '');
  if (bearer === undefined) return wrongToken;
  if (tokens === undefined) return gateway.accepts(bearer) ? undefined : wrongToken;
  const until = tokens[bearer];
  if (until !== undefined) return gateway.clock.wallClock() < until ? undefined : wrongToken;
  return keyAsBearer && gateway.hasKeys && gateway.accepts(bearer) ? undefined : wrongToken;
}

export function refuseUpgrade(arrival: Arrival, { status, body }: Refusal): void {
  arrival.refuse(status, JSON.stringify(body), { 'content-type': 'application/json' });
}

export function refuseCall({ response }: Call, { status, body }: Refusal): void {
  replyJson(response, status, body);
}
