import { endToEnd, forward } from './forward.ts';
import { bearerOf, protocolKeyOf } from './keys.ts';
import { dialThenAccept } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import type { Arrival, GatewayRule } from './types.ts';

const SOCKETS: ReadonlySet<string> = new Set(['/v1/realtime', '/v1/realtime/translations', '/v1/responses']);

/** A Live session names its model in its first event, so nothing in its URL can route it. */
const LIVE = '/v1/live/sessions';

/**
 * The strictest reading of "OpenAI-compatible": a gateway that routes every socket by its URL, as most of them do, and
 * hands the query on as it is. A conversation and a Responses socket need `?model=`; a transcription with it fails at the
 * provider (livekit/agents-js#1756).
 */
export const openaiCompatible: GatewayRule = {
  name: 'openai-compatible',
  base: '/v1',
  note: 'Conversation and Responses sockets want ?model= in the URL, a transcription ?intent=transcription without it.',
  upgrade(arrival, gateway) {
    if (!gateway.accepts(bearerOf(arrival.request) ?? protocolKeyOf(arrival.request))) {
      return refuseJson(arrival, 401, 'Invalid API key', 'invalid_api_key');
    }
    if (!SOCKETS.has(arrival.path) && arrival.path !== LIVE) {
      return refuseJson(arrival, 404, `Unknown path ${arrival.path}`);
    }
    const transcription = arrival.path === '/v1/realtime' && arrival.parameters.get('intent') === 'transcription';
    const unnamed = transcription || arrival.path === LIVE;
    if (!unnamed && !arrival.parameters.get('model')) {
      return refuseJson(
        arrival,
        400,
        'The query parameter "model" is required to route this connection',
        'missing_model',
      );
    }
    const headers = { authorization: `Bearer ${gateway.upstreamKey}` };
    dialThenAccept(arrival, gateway, { path: arrival.path, query: arrival.query, headers });
  },
  http(call, gateway) {
    if (!gateway.accepts(bearerOf(call.request))) {
      return replyJson(call.response, 401, errorBody('Invalid API key', 'invalid_request_error', 'invalid_api_key'));
    }
    const headers = { ...endToEnd(call.request.headers), authorization: `Bearer ${gateway.upstreamKey}` };
    return forward(call, gateway, { path: call.path, headers });
  },
};

function refuseJson(arrival: Arrival, status: number, message: string, code?: string): void {
  const body = JSON.stringify(errorBody(message, 'invalid_request_error', code));
  arrival.refuse(status, body, { 'content-type': 'application/json' });
}
