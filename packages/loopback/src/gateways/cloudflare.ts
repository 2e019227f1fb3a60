import type { IncomingMessage } from 'node:http';
import { forward, pick } from './forward.ts';
import { bearerOf, headerOf } from './keys.ts';
import { dialThenAccept } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import type { GatewayContext, GatewayRule } from './types.ts';

const ROOT = /^\/v1\/[^/]+\/[^/]+\/openai(\/.*)?$/;
const TOKEN_PROTOCOL = 'cf-aig-authorization.';

/**
 * Cloudflare AI Gateway: the realtime address ends in `/openai`, without `/realtime`, and HTTP paths have no `/v1`.
 * Sub-paths are not documented for sockets, so they are refused here.
 * https://developers.cloudflare.com/ai-gateway/usage/websockets-api/realtime-api/
 */
export const cloudflare: GatewayRule = {
  name: 'cloudflare',
  base: '/v1/account/gateway/openai',
  note: 'The realtime address is the base itself with ?model=; an authenticated gateway wants cf-aig-authorization.',
  upgrade(arrival, gateway) {
    const match = ROOT.exec(arrival.path);
    if (!match || (match[1] !== undefined && match[1] !== '/')) return arrival.refuse(404);
    const offered = arrival.protocols.find((protocol) => protocol.startsWith(TOKEN_PROTOCOL));
    if (!admits(arrival.request, gateway, offered?.slice(TOKEN_PROTOCOL.length))) return arrival.refuse(401);
    const target = { path: '/v1/realtime', query: arrival.query, headers: keysFor(arrival.request, gateway) };
    dialThenAccept(arrival, gateway, target);
  },
  http(call, gateway) {
    const rest = ROOT.exec(call.path)?.[1];
    if (!rest) return replyJson(call.response, 404, errorBody('No route'));
    if (!admits(call.request, gateway)) return replyJson(call.response, 401, errorBody('Unauthorized'));
    const headers = { ...pick(call.request.headers, ['content-type', 'accept']), ...keysFor(call.request, gateway) };
    return forward(call, gateway, { path: `/v1${rest}`, headers });
  },
};

function admits(request: IncomingMessage, gateway: GatewayContext, offered?: string): boolean {
  if (!gateway.settings.authenticated) return true;
  // The pages show the token with and without `Bearer`.
  const token = headerOf(request, 'cf-aig-authorization')?.replace(/^Bearer /, '') ?? offered;
  return gateway.accepts(token);
}

/** The client's key for the provider; the one that is stored at the gateway when it sends none. */
function keysFor(request: IncomingMessage, gateway: GatewayContext): Record<string, string> {
  return { authorization: `Bearer ${bearerOf(request) ?? gateway.upstreamKey}` };
}
