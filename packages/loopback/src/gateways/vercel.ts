import { parseObject, stringOf } from '../http/json.ts';
import { endToEnd, forward } from './forward.ts';
import { bearerOf } from './keys.ts';
import { acceptThenDial } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import type { GatewayRule } from './types.ts';

const HTTP_PATHS = /^\/v1\/(?:chat\/completions|responses|models)(?:\/|$)/;

/**
 * Vercel AI Gateway, as far as it is OpenAI-shaped: Responses sockets, chat and Responses over HTTP, models written
 * `provider/model`. Its realtime sockets speak the AI SDK's own protocol and are refused here.
 * https://vercel.com/docs/ai-gateway/sdks-and-apis/responses/websockets
 */
export const vercel: GatewayRule = {
  name: 'vercel',
  base: '/v1',
  note: 'Responses sockets, chat and Responses over HTTP; models are written openai/NAME.',
  upgrade(arrival, gateway) {
    if (!gateway.accepts(bearerOf(arrival.request))) return arrival.refuse(401);
    if (arrival.path !== '/v1/responses') return arrival.refuse(404);
    const headers = { authorization: `Bearer ${gateway.upstreamKey}` };
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

function strip(model: string | undefined): { model?: string } {
  return model ? { model: model.slice(model.indexOf('/') + 1) } : {};
}
