import { endToEnd, forward } from './forward.ts';
import { dialThenAccept } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import type { GatewayRule } from './types.ts';

/**
 * agentgateway with a route of type `Realtime`: one path, the client's query as it is, and a key of its own for the
 * provider. https://agentgateway.dev/docs/
 */
export const agentgateway: GatewayRule = {
  name: 'agentgateway',
  base: '/v1',
  note: 'Forwards /v1/realtime and its query as they are, with its own key. No Responses socket.',
  upgrade(arrival, gateway) {
    if (arrival.path !== '/v1/realtime') return arrival.refuse(404);
    const headers = { authorization: `Bearer ${gateway.upstreamKey}` };
    dialThenAccept(arrival, gateway, { path: '/v1/realtime', query: arrival.query, headers });
  },
  http(call, gateway) {
    if (!call.path.startsWith('/v1/')) return replyJson(call.response, 404, errorBody('route not found'));
    const headers = { ...endToEnd(call.request.headers), authorization: `Bearer ${gateway.upstreamKey}` };
    return forward(call, gateway, { path: call.path, headers });
  },
};
