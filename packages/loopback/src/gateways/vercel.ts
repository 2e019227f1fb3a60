import { objectOf, parseObject, stringOf } from '../http/json.ts';
import { endToEnd, forward } from './forward.ts';
import { bearerOf } from './keys.ts';
import { liveModelOf, withLiveSession } from './live.ts';
import { acceptThenDial } from './relay.ts';
import type { Relay } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import type { Arrival, GatewayContext, GatewayRule } from './types.ts';

const HTTP_PATHS = /^\/v1\/(?:chat\/completions|responses|models)(?:\/|$)/;
/** What a client with a backend sends, and with client delegation has no use for. */
const LIVE_COMMANDS = new Set(['session.update', 'response.create', 'response.item.create']);

/**
 * Vercel AI Gateway, as far as it is OpenAI-shaped: Responses and GPT-Live sockets, chat and Responses over HTTP, models
 * written `provider/model`. Its realtime sockets speak the AI SDK's own protocol and are refused here.
 * https://vercel.com/docs/ai-gateway/sdks-and-apis/responses/websockets and /modalities/realtime/gpt-live
 */
export const vercel: GatewayRule = {
  name: 'vercel',
  base: '/v1',
  note: 'Responses and GPT-Live sockets, chat and Responses over HTTP; models are written openai/NAME.',
  upgrade(arrival, gateway) {
    if (!gateway.accepts(bearerOf(arrival.request))) return arrival.refuse(401);
    const headers = { authorization: `Bearer ${gateway.upstreamKey}` };
    if (arrival.path === '/v1/live/sessions') return serveLive(arrival, gateway, headers);
    if (arrival.path !== '/v1/responses') return arrival.refuse(404);
    const rules = {
      up: (text: string): string => {
        const frame = parseObject(text);
        return frame ? JSON.stringify({ ...frame, ...strip(stringOf(frame.model)) }) : text;
      },
    };
    acceptThenDial(arrival, gateway, { path: '/v1/responses', query: '', headers }, rules);
  },
  http(call, gateway) {
    if (!gateway.accepts(bearerOf(call.request))) return replyJson(call.response, 401, errorBody('Unauthorized'));
    if (!HTTP_PATHS.test(call.path)) return replyJson(call.response, 404, errorBody('Not found'));
    const headers = { ...endToEnd(call.request.headers), authorization: `Bearer ${gateway.upstreamKey}` };
    const body = parseObject(call.body.toString('utf8'));
    return forward(call, gateway, {
      path: call.path,
      headers,
      ...(body ? { body: JSON.stringify({ ...body, ...strip(stringOf(body.model)) }) } : {}),
    });
  },
};

/** No backend: client delegation only, and nothing is kept. How it refuses the rest is a guess. */
function serveLive(arrival: Arrival, gateway: GatewayContext, headers: Record<string, string>): void {
  const up = (text: string, relay: Relay): string | undefined => {
    const event = parseObject(text);
    const session = objectOf(event?.session);
    const forbidden = LIVE_COMMANDS.has(stringOf(event?.type) ?? '')
      ? 'type'
      : objectOf(session.delegation).type === 'responses' && 'session.delegation.type';
    if (forbidden) {
      const message = 'AI Gateway supports client delegation only.';
      relay.sendEvent({
        type: 'error',
        error: { type: 'invalid_request_error', code: 'unsupported', message, param: forbidden },
      });
      return undefined;
    }
    const written = liveModelOf(text);
    return written === undefined ? text : withLiveSession(text, { ...strip(written), store: false });
  };
  acceptThenDial(arrival, gateway, { path: '/v1/live/sessions', query: '', headers }, { up });
}

function strip(model: string | undefined): { model?: string } {
  return model ? { model: model.slice(model.indexOf('/') + 1) } : {};
}
