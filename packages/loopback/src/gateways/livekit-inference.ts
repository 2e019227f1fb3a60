import { endToEnd, forward } from './forward.ts';
import { bearerOf } from './keys.ts';
import { errorBody, replyJson } from './reply.ts';
import type { GatewayContext, GatewayRule } from './types.ts';

/**
 * LiveKit Inference, as far as it is OpenAI-shaped: chat completions over HTTP, opened by a signed token. Its speech
 * sockets have a protocol of their own (@livekit/agents 1.9.0, inference/stt.ts and tts.ts) and are refused here.
 */
export const livekitInference: GatewayRule = {
  name: 'livekit-inference',
  base: '/v1',
  note: 'Chat completions only, with a LiveKit token as the key; models are written openai/NAME.',
  upgrade(arrival, gateway) {
    arrival.refuse(isToken(bearerOf(arrival.request), gateway) ? 404 : 401);
  },
  http(call, gateway) {
    if (!isToken(bearerOf(call.request), gateway)) return replyJson(call.response, 401, errorBody('invalid token'));
    if (call.path !== '/v1/chat/completions') return replyJson(call.response, 404, errorBody('not found'));
    const headers = { ...endToEnd(call.request.headers), authorization: `Bearer ${gateway.upstreamKey}` };
    return forward(call, gateway, { path: call.path, headers });
  },
};

/** A token has three parts; with `keys` set it must also be one of them. Its signature is not checked. */
function isToken(token: string | undefined, gateway: GatewayContext): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token ?? '') && gateway.accepts(token);
}
