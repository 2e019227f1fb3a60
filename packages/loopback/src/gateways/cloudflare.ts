import type { IncomingMessage } from 'node:http';
import { forward, pick } from './forward.ts';
import { bearerOf, headerOf } from './keys.ts';
import { dialThenAccept } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import type { Target } from './dial.ts';
import type { Arrival, GatewayContext, GatewayRule } from './types.ts';

const ROOT = /^\/v1\/[^/]+\/[^/]+\/openai(\/.*)?$/;
/** "Replace `https://api.deepgram.com/`." https://developers.cloudflare.com/ai-gateway/usage/providers/deepgram/ */
const DEEPGRAM = /^\/v1\/[^/]+\/[^/]+\/deepgram(\/v[12]\/(?:listen|speak))$/;
const WORKERS_AI = /^\/v1\/[^/]+\/[^/]+\/workers-ai$/;
/** What Cloudflare runs of Deepgram's models itself, and what that is at Deepgram. */
const WORKERS_MODELS: Readonly<Record<string, readonly [path: string, model: string]>> = {
  '@cf/deepgram/nova-3': ['/v1/listen', 'nova-3'],
  '@cf/deepgram/flux': ['/v2/listen', 'flux-general-en'],
  '@cf/deepgram/aura-1': ['/v1/speak', 'aura-asteria-en'],
};
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
    const target = targetOf(arrival, gateway);
    if (!target) return arrival.refuse(404);
    const offered = arrival.protocols.find((protocol) => protocol.startsWith(TOKEN_PROTOCOL));
    if (!admits(arrival.request, gateway, offered?.slice(TOKEN_PROTOCOL.length))) return arrival.refuse(401);
    dialThenAccept(arrival, gateway, target);
  },
  http(call, gateway) {
    const deepgram = DEEPGRAM.exec(call.path)?.[1];
    const rest = ROOT.exec(call.path)?.[1];
    const path = deepgram ?? (rest && `/v1${rest}`);
    if (!path) return replyJson(call.response, 404, errorBody('No route'));
    if (!admits(call.request, gateway)) return replyJson(call.response, 401, errorBody('Unauthorized'));
    const keys = deepgram ? deepgramKeysFor(call.request, gateway) : keysFor(call.request, gateway);
    const headers = { ...pick(call.request.headers, ['content-type', 'accept']), ...keys };
    return forward(call, gateway, { path, headers });
  },
};

/** Where a socket goes; `undefined`: nowhere. */
function targetOf({ request, path, query, parameters }: Arrival, gateway: GatewayContext): Target | undefined {
  const deepgram = DEEPGRAM.exec(path)?.[1];
  if (deepgram) return { path: deepgram, query, headers: deepgramKeysFor(request, gateway) };
  const [listen, model] = (WORKERS_AI.test(path) && WORKERS_MODELS[parameters.get('model') ?? '']) || [];
  if (listen) {
    parameters.set('model', model!);
    return {
      path: listen,
      query: `?${parameters.toString()}`,
      headers: { authorization: `Token ${gateway.upstreamKey}` },
    };
  }
  const [isOpenAI, rest = '/'] = ROOT.exec(path) ?? [];
  if (!isOpenAI || rest !== '/') return undefined;
  return { path: '/v1/realtime', query, headers: keysFor(request, gateway) };
}

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

function deepgramKeysFor(request: IncomingMessage, gateway: GatewayContext): Record<string, string> {
  return { authorization: headerOf(request, 'authorization') ?? `Token ${gateway.upstreamKey}` };
}
