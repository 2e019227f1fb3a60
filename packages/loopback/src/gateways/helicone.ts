import { forward, pick } from './forward.ts';
import { acceptThenDial } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import type { GatewayRule } from './types.ts';

const ROOT = '/v1/gateway/oai';

/**
 * Helicone's OpenAI gateway ("jawn" in Helicone/helicone, source read). Every socket under its root goes to the provider's
 * `/v1/realtime`, and is open before that is dialled. https://docs.helicone.ai/integrations/openai/realtime
 */
export const helicone: GatewayRule = {
  name: 'helicone',
  base: `${ROOT}/v1`,
  note: `Sockets live at ${ROOT}/realtime; the provider's key travels in Authorization, Helicone's in Helicone-Auth.`,
  upgrade(arrival, gateway) {
    if (!arrival.path.startsWith(`${ROOT}/`)) return arrival.refuse(404);
    const headers: Record<string, string> = {
      ...pick(arrival.request.headers, ['authorization']),
      ...(gateway.settings.beta ? { 'openai-beta': 'realtime=v1' } : {}),
    };
    const target = { path: '/v1/realtime', query: arrival.query, headers };
    acceptThenDial(arrival, gateway, target, {
      // Both are only logged: the client has an open socket on which nothing ever comes.
      refused() {},
      failed() {},
      // However the provider ended, also when it was cut off.
      closed: (_code, _reason, relay) => relay.end(1000, 'Target connection closed'),
    });
  },
  http(call, gateway) {
    if (!call.path.startsWith(`${ROOT}/`)) return replyJson(call.response, 404, errorBody('Not found'));
    const rest = call.path.slice(ROOT.length).replace(/^\/v1(?=\/)/, '');
    const headers = pick(call.request.headers, ['authorization', 'content-type', 'accept', 'user-agent']);
    return forward(call, gateway, { path: `/v1${rest}`, headers });
  },
};
