import type { IncomingMessage } from 'node:http';
import { parseObject } from '../http/json.ts';
import { endToEnd, forward } from './forward.ts';
import { bearerOf, headerOf } from './keys.ts';
import { dialThenAccept } from './relay.ts';
import { replyJson } from './reply.ts';
import type { Arrival, Call, GatewayContext, GatewayRule } from './types.ts';

/**
 * Azure OpenAI, the v1 API. A deployment in the URL of a transcription is refused (learn.microsoft.com/answers/a/12820829).
 * https://learn.microsoft.com/azure/foundry/openai/realtime-audio-reference
 */
export const azure: GatewayRule = {
  name: 'azure',
  base: '/openai/v1',
  note: 'Keys travel in api-key or Authorization; a transcription names its deployment in session.update only.',
  upgrade(arrival, gateway) {
    if (!admits(arrival.request, arrival.parameters, gateway)) return refuse(arrival, 401, '401', ACCESS_DENIED);
    if (arrival.path !== '/openai/v1/realtime' && arrival.path !== '/openai/v1/responses') {
      return refuse(arrival, 404, '404', 'Resource not found');
    }
    const transcription = arrival.parameters.get('intent') === 'transcription';
    if (transcription && (arrival.parameters.has('model') || arrival.parameters.has('deployment'))) {
      return refuse(
        arrival,
        400,
        'OpperationNotSupported',
        'The realtime operation does not work with the specified model.',
      );
    }
    if (arrival.path.endsWith('/realtime') && !transcription && !arrival.parameters.get('model')) {
      return refuse(arrival, 400, 'BadRequest', 'The model parameter is required.');
    }
    const path = arrival.path.replace('/openai', '');
    dialThenAccept(arrival, gateway, { path, query: withoutKeys(arrival.parameters), headers: upstream(gateway) });
  },
  http(call, gateway) {
    if (!admits(call.request, call.parameters, gateway)) return denied(call);
    if (!call.path.startsWith('/openai/v1/')) return missing(call);
    const headers = { ...withoutKey(call), ...upstream(gateway) };
    return forward(call, gateway, { path: call.path.replace('/openai', ''), headers });
  },
};

/** Azure OpenAI with dated API versions: the deployment is in the query, or in the path. Deprecated since 2026-04-30 (openai/openai-node#1974). */
export const azureLegacy: GatewayRule = {
  name: 'azure-legacy',
  base: '/openai',
  note: 'Wants api-version everywhere, ?deployment= on a conversation and /deployments/{name} on HTTP paths.',
  upgrade(arrival, gateway) {
    const { parameters } = arrival;
    if (!admits(arrival.request, parameters, gateway)) return refuse(arrival, 401, '401', ACCESS_DENIED);
    const transcription = parameters.get('intent') === 'transcription';
    const deployment = parameters.get('deployment');
    if (arrival.path !== '/openai/realtime' || !parameters.get('api-version') || (!transcription && !deployment)) {
      return refuse(arrival, 404, '404', 'Resource not found');
    }
    if (transcription && deployment) {
      return refuse(
        arrival,
        400,
        'OpperationNotSupported',
        'The realtime operation does not work with the specified model.',
      );
    }
    const query = new URLSearchParams(transcription ? { intent: 'transcription' } : { model: deployment ?? '' });
    dialThenAccept(arrival, gateway, {
      path: '/v1/realtime',
      query: `?${query.toString()}`,
      headers: upstream(gateway),
    });
  },
  http(call, gateway) {
    if (!admits(call.request, call.parameters, gateway)) return denied(call);
    if (!call.parameters.get('api-version')) return missing(call);
    const headers = { ...withoutKey(call), ...upstream(gateway) };
    const [, deployment, deployed] = /^\/openai\/deployments\/([^/]+)(\/.+)$/.exec(call.path) ?? [];
    if (!deployment) {
      const path = /^\/openai(\/(?:responses|models)(?:\/.*)?)$/.exec(call.path)?.[1];
      return path ? forward(call, gateway, { path: `/v1${path}`, query: '', headers }) : missing(call);
    }
    // The model of a JSON body is ignored: the path names it.
    const body = parseObject(call.body.toString('utf8'));
    return forward(call, gateway, {
      path: `/v1${deployed}`,
      query: '',
      headers,
      ...(body ? { body: JSON.stringify({ ...body, model: decodeURIComponent(deployment) }) } : {}),
    });
  },
};

const ACCESS_DENIED =
  'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription.';

/** A resource key in `api-key`, a token in `Authorization`, or either in the query, for browsers. */
function admits(request: IncomingMessage, parameters: URLSearchParams, gateway: GatewayContext): boolean {
  const written = parameters.get('api-key') ?? parameters.get('Authorization')?.replace(/^Bearer /, '');
  return gateway.accepts(headerOf(request, 'api-key') ?? bearerOf(request) ?? written ?? undefined);
}

function upstream(gateway: GatewayContext): Record<string, string> {
  return { authorization: `Bearer ${gateway.upstreamKey}` };
}

function withoutKey(call: Call): Record<string, string> {
  const { 'api-key': _key, ...headers } = endToEnd(call.request.headers);
  return headers;
}

function withoutKeys(parameters: URLSearchParams): string {
  const kept = new URLSearchParams(parameters);
  kept.delete('api-key');
  kept.delete('Authorization');
  return kept.size > 0 ? `?${kept.toString()}` : '';
}

function refuse(arrival: Arrival, status: number, code: string, message: string): void {
  arrival.refuse(status, JSON.stringify({ error: { code, message } }), { 'content-type': 'application/json' });
}

function denied(call: Call): void {
  replyJson(call.response, 401, { error: { code: '401', message: ACCESS_DENIED } });
}

function missing(call: Call): void {
  replyJson(call.response, 404, { error: { code: '404', message: 'Resource not found' } });
}
