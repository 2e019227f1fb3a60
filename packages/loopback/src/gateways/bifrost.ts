import type { IncomingMessage } from 'node:http';
import { parseObject, stringOf } from '../http/json.ts';
import { endToEnd, forward } from './forward.ts';
import { bearerOf, headerOf, protocolKeyOf } from './keys.ts';
import { liveModelOf, withLiveSession } from './live.ts';
import { acceptThenDial } from './relay.ts';
import type { Relay, RelayRules } from './relay.ts';
import { errorBody, replyJson } from './reply.ts';
import { mapTranscriptionModel } from './transcription-model.ts';
import type { Arrival, GatewayContext, GatewayRule } from './types.ts';

const REALTIME = /^(?:\/v1|\/openai\/v1|\/openai|\/openai\/openai)\/realtime$/;
const RESPONSES = /^(?:\/v1|\/openai\/v1|\/openai)\/responses$/;
const LIVE = /^(?:\/v1|\/openai\/v1|\/openai)\/live\/sessions$/;
/** Providers that a prefix may name; the cloud behind stands for all of them. */
const PROVIDERS = new Set(['openai', 'azure']);

/**
 * Bifrost: routes by a model with its provider in front, `openai/gpt-realtime`; on its `/openai` paths the prefix may be
 * left out. https://docs.getbifrost.ai; the rules were read in maximhq/bifrost, #7089 for transcriptions.
 */
export const bifrost: GatewayRule = {
  name: 'bifrost',
  base: '/v1',
  note: 'Models are written openai/NAME (on /openai/… paths the prefix is optional).',
  maxFrameBytes: 16 * 1024 * 1024,
  heartbeat: { everyMs: 15_000, deadMs: 45_000 },
  upgrade(arrival, gateway) {
    if (!gateway.accepts(keyOf(arrival.request))) return arrival.refuse(401);
    if (REALTIME.test(arrival.path)) return serveRealtime(arrival, gateway);
    if (RESPONSES.test(arrival.path)) return serveResponses(arrival, gateway);
    if (LIVE.test(arrival.path)) return serveLive(arrival, gateway);
    return arrival.refuse(404);
  },
  http(call, gateway) {
    if (!gateway.accepts(keyOf(call.request))) return replyJson(call.response, 401, errorBody('Unauthorized'));
    const optional = call.path.startsWith('/openai/');
    const path = call.path.replace(/^\/openai(?:\/openai)?/, '').replace(/^(?!\/v1\/)/, '/v1');
    const headers = { ...endToEnd(call.request.headers), authorization: `Bearer ${gateway.upstreamKey}` };
    const body = parseObject(call.body.toString('utf8'));
    const written = stringOf(body?.model);
    if (!body || written === undefined) return forward(call, gateway, { path, headers });
    const model = resolve(written, optional);
    if (!model) return replyJson(call.response, 400, errorBody(`failed to parse model string: ${written}`));
    return forward(call, gateway, { path, headers, body: JSON.stringify({ ...body, model }) });
  },
};

/** `Bearer`, or one of the headers of the providers it imitates, or its own for virtual keys. */
function keyOf(request: IncomingMessage): string | undefined {
  return (
    bearerOf(request) ??
    headerOf(request, 'x-bf-vk', 'x-api-key', 'x-goog-api-key', 'api-key') ??
    protocolKeyOf(request)
  );
}

const textOnly: RelayRules = {
  binary(relay) {
    sendError(relay, 'binary frames are not supported');
    relay.end(1003);
  },
};

/** The socket opens first; what is wrong with it is told in an event, and then the connection is dropped. */
function serveRealtime(arrival: Arrival, gateway: GatewayContext): void {
  const { parameters } = arrival;
  const transcription = parameters.get('intent') === 'transcription';
  const written = parameters.get('model') ?? parameters.get('deployment') ?? undefined;
  const model = written && resolve(written, arrival.path.startsWith('/openai'));
  if (!transcription && !model) {
    const message = written
      ? `no provider could be resolved for model ${written}`
      : 'model or deployment query parameter is required for realtime websocket';
    return arrival.accept((client) => {
      client.send(
        JSON.stringify({ type: 'error', status: 400, error: { type: 'invalid_request_error', message } }),
        () => client.terminate(),
      );
    });
  }
  const query = new URLSearchParams();
  if (model) query.set('model', model);
  if (transcription) query.set('intent', 'transcription');
  acceptThenDial(
    arrival,
    gateway,
    { path: '/v1/realtime', query: `?${query.toString()}`, headers: upstream(gateway) },
    {
      ...textOnly,
      // A transcription is routed by the model in `session.update`; the provider gets it without the prefix.
      up: (text) =>
        transcription ? mapTranscriptionModel(text, (name) => name && (resolve(name, true) ?? name)) : text,
    },
  );
}

/** Routes by the model in each event, and makes every response a stored one. */
function serveResponses(arrival: Arrival, gateway: GatewayContext): void {
  const optional = arrival.path.startsWith('/openai/');
  const up = (text: string, relay: Relay): string | undefined => {
    const frame = parseObject(text);
    if (frame?.type !== 'response.create') return text;
    const written = stringOf(frame.model) ?? '';
    const model = resolve(written, optional);
    if (model) return JSON.stringify({ ...frame, model, store: true });
    sendError(relay, `failed to parse model string: ${written}`);
    return undefined;
  };
  const target = { path: '/v1/responses', query: '', headers: upstream(gateway) };
  acceptThenDial(arrival, gateway, target, { ...textOnly, up });
}

/** Routes a Live session by the model in its first event; the provider gets it without the prefix. livesession.go */
function serveLive(arrival: Arrival, gateway: GatewayContext): void {
  const optional = arrival.path.startsWith('/openai');
  const up = (text: string, relay: Relay): string | undefined => {
    const written = liveModelOf(text);
    if (written === undefined) return text;
    const model = resolve(written, optional);
    if (model) return withLiveSession(text, { model });
    sendError(relay, `failed to parse model string: ${written}`);
    return undefined;
  };
  const target = { path: '/v1/live/sessions', query: '', headers: upstream(gateway) };
  acceptThenDial(arrival, gateway, target, { ...textOnly, up });
}

/** The provider's name of a model; `undefined` when nothing says which provider. */
function resolve(written: string, prefixOptional: boolean): string | undefined {
  const slash = written.indexOf('/');
  if (slash > 0 && PROVIDERS.has(written.slice(0, slash))) return written.slice(slash + 1);
  return prefixOptional && written ? written : undefined;
}

function upstream(gateway: GatewayContext): Record<string, string> {
  return { authorization: `Bearer ${gateway.upstreamKey}` };
}

function sendError(relay: Relay, message: string): void {
  relay.sendEvent({ type: 'error', status: 400, error: { type: 'invalid_request_error', message } });
}
