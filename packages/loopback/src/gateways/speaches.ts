import { endToEnd, forward } from './forward.ts';
import { bearerOf, headerOf } from './keys.ts';
import { Relay } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import { mapTranscriptionModel } from './transcription-model.ts';
import type { GatewayRule } from './types.ts';

const SESSION_MS = 1_800_000;
const HTTP_PATHS = /^\/v1\/(?:chat\/completions|audio\/speech|audio\/transcriptions|models)(?:\/|$)/;

/**
 * Speaches: `?model=` is required; with `intent=transcription` it is the transcription model. A session is cut after
 * half an hour. https://speaches.ai/usage/realtime-api/ (source read)
 */
export const speaches: GatewayRule = {
  name: 'speaches',
  base: '/v1',
  note: 'Every realtime socket wants ?model=; a session lasts 30 minutes.',
  upgrade(arrival, gateway) {
    if (arrival.path !== '/v1/realtime') return arrival.refuse(403);
    const model = arrival.parameters.get('model');
    if (!model) return arrival.refuse(403);
    const key =
      arrival.parameters.get('api_key') ?? bearerOf(arrival.request) ?? headerOf(arrival.request, 'x-api-key');
    const transcription = arrival.parameters.get('intent') === 'transcription';
    const query = new URLSearchParams(transcription ? { intent: 'transcription' } : { model });
    arrival.accept((client) => {
      if (!gateway.accepts(key)) return client.close(1008, 'Invalid API key');
      const limit = gateway.clock.setTimer(() => client.close(1000), SESSION_MS);
      client.once('close', () => limit.cancel());
      const relay = new Relay(client, gateway, {
        up: (text) => (transcription ? mapTranscriptionModel(text, (named) => named ?? model) : text),
      });
      const headers = { authorization: `Bearer ${gateway.upstreamKey}` };
      relay.dial({ path: '/v1/realtime', query: `?${query.toString()}`, headers });
    });
  },
  http(call, gateway) {
    if (!gateway.accepts(bearerOf(call.request))) return replyJson(call.response, 403, errorBody('Invalid API key'));
    if (!HTTP_PATHS.test(call.path)) return replyJson(call.response, 404, { detail: 'Not Found' });
    const headers = { ...endToEnd(call.request.headers), authorization: `Bearer ${gateway.upstreamKey}` };
    return forward(call, gateway, { path: call.path, headers });
  },
};
