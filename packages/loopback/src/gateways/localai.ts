import type { IncomingMessage } from 'node:http';
import { objectOf, parseObject } from '../http/json.ts';
import { endToEnd, forward } from './forward.ts';
import { bearerOf, headerOf } from './keys.ts';
import { acceptThenDial, Relay } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import { mapTranscriptionModel } from './transcription-model.ts';
import type { Arrival, GatewayContext, GatewayRule } from './types.ts';

/**
 * LocalAI: `?model=` names a pipeline for conversations and transcriptions alike, `intent` is not read, and the kind of
 * session is what `session.update` says. https://localai.io/features/openai-realtime (source read)
 */
export const localai: GatewayRule = {
  name: 'localai',
  base: '/v1',
  note: 'Every realtime socket wants ?model=, transcriptions too; intent is not read.',
  maxFrameBytes: 10 * 1024 * 1024,
  upgrade(arrival, gateway) {
    if (!gateway.accepts(keyOf(arrival.request))) return arrival.refuse(401);
    if (arrival.path === '/v1/realtime') return serveRealtime(arrival, gateway);
    if (arrival.path !== '/v1/responses' && arrival.path !== '/responses') return arrival.refuse(404);
    acceptThenDial(arrival, gateway, { path: '/v1/responses', query: '', headers: upstream(gateway) });
  },
  http(call, gateway) {
    if (!gateway.accepts(keyOf(call.request))) return replyJson(call.response, 401, errorBody('Unauthorized'));
    if (/^\/v1\/realtime\/(?:sessions|transcription_session)$/.test(call.path)) {
      return replyJson(call.response, 501, errorBody('Not implemented'));
    }
    const path = call.path.replace(/^(?!\/v1\/)/, '/v1');
    return forward(call, gateway, { path, headers: { ...endToEnd(call.request.headers), ...upstream(gateway) } });
  },
};

function keyOf(request: IncomingMessage): string | undefined {
  return bearerOf(request) ?? headerOf(request, 'x-api-key', 'xi-api-key');
}

function serveRealtime(arrival: Arrival, gateway: GatewayContext): void {
  const { models } = gateway.settings;
  const asked = arrival.parameters.get('model') ?? '';
  const model = models ? models[asked] : asked;
  arrival.accept((client) => {
    if (!model) {
      const code = asked ? 'model_load_error' : 'invalid_model';
      const message = asked ? `failed to load model ${asked}` : 'Model is not a pipeline model';
      client.send(JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', code, message } }));
      return client.close(1000);
    }
    const headers = upstream(gateway);
    // A pipeline with such a name can only transcribe; the provider would not hold a conversation with it.
    let transcribing = /whisper|transcribe/.test(model);
    let announced = false;
    const relay = new Relay(client, gateway, {
      up(text) {
        const event = parseObject(text);
        const kind = event?.type === 'session.update' ? objectOf(event.session).type : undefined;
        if (kind === 'transcription' && !transcribing) {
          // The provider decides at the upgrade what LocalAI decides here, so it is dialled anew.
          transcribing = true;
          relay.dial({ path: '/v1/realtime', query: '?intent=transcription', headers });
        }
        return transcribing ? mapTranscriptionModel(text, (named) => named ?? model) : text;
      },
      down(text) {
        if (parseObject(text)?.type !== 'session.created') return text;
        if (announced) return undefined;
        announced = true;
        return text;
      },
    });
    const query = new URLSearchParams(transcribing ? { intent: 'transcription' } : { model });
    relay.dial({ path: '/v1/realtime', query: `?${query.toString()}`, headers });
  });
}

function upstream(gateway: GatewayContext): Record<string, string> {
  return { authorization: `Bearer ${gateway.upstreamKey}` };
}
