import { endToEnd, forward } from '../forward.ts';
import { dialThenAccept } from '../relay.ts';
import type { RelayRules } from '../relay.ts';
import type { Arrival, Call, GatewayContext, GatewayRule } from '../types.ts';
import { admit, notFound, refusal, refuseCall, refuseUpgrade } from './access.ts';
import { modelOf, noDeployment, withModel, withModelInEvent } from './deployments.ts';
import { previewDown, previewUp } from './preview.ts';

/** "The maximum session duration is 30 minutes": https://learn.microsoft.com/answers/a/12544418 */
const SESSION_MS = 1_800_000;

const REALTIME = '/openai/v1/realtime';
const TRANSLATIONS = '/openai/v1/realtime/translations';
const LIVE = '/openai/v1/live/sessions';

const namesItsModel = refusal(
  400,
  'OpperationNotSupported',
  'The realtime operation does not work with the specified model.',
);

/**
 * Azure OpenAI, the v1 API. A deployment in the URL of a transcription is refused (learn.microsoft.com/answers/a/12820829).
 * https://learn.microsoft.com/azure/foundry/openai/realtime-audio-reference and /gpt-live-reference
 */
export const azure: GatewayRule = {
  name: 'azure',
  base: '/openai/v1',
  note: 'Keys travel in api-key or Authorization; a transcription names its deployment in session.update only.',
  upgrade(arrival, gateway) {
    const denied = admit(arrival, gateway, { keyAsBearer: true });
    if (denied) return refuseUpgrade(arrival, denied);
    const up: RelayRules['up'] = (text, relay) => withModelInEvent(text, relay, gateway);
    if (arrival.path === '/openai/v1/responses') return relayTo(arrival, gateway, '/v1/responses', '', { up });
    if (arrival.path === LIVE) return relayTo(arrival, gateway, '/v1/live/sessions', '', { up });
    if (arrival.path !== REALTIME && arrival.path !== TRANSLATIONS) return refuseUpgrade(arrival, notFound);
    const { parameters } = arrival;
    const deployment = parameters.get('model');
    if (arrival.path === REALTIME && parameters.get('intent') === 'transcription') {
      if (deployment !== null || parameters.has('deployment')) return refuseUpgrade(arrival, namesItsModel);
      return relayRealtime(arrival, gateway, { intent: 'transcription' }, { up });
    }
    if (!deployment) return refuseUpgrade(arrival, refusal(400, 'BadRequest', 'The model parameter is required.'));
    const model = modelOf(deployment, gateway);
    if (model === undefined) return refuseUpgrade(arrival, noDeployment);
    relayRealtime(arrival, gateway, { model }, { up }, arrival.path.replace('/openai', ''));
  },
  http(call, gateway) {
    const denied = admit(call, gateway, { keyAsBearer: true });
    if (denied) return refuseCall(call, denied);
    if (!call.path.startsWith('/openai/v1/')) return refuseCall(call, notFound);
    const body = withModel(call, gateway);
    if (body === undefined) return refuseCall(call, noDeployment);
    return forward(call, gateway, { path: call.path.replace('/openai', ''), headers: upstream(gateway, call), body });
  },
};

/** Azure OpenAI with dated API versions: the deployment is in the query, or in the path. Deprecated since 2026-04-30 (openai/openai-node#1974). */
export const azureLegacy: GatewayRule = {
  name: 'azure-legacy',
  base: '/openai',
  note: 'Wants api-version everywhere, ?deployment= on a conversation and /deployments/{name} on HTTP paths.',
  upgrade(arrival, gateway) {
    const { parameters } = arrival;
    const denied = admit(arrival, gateway, { keyAsBearer: false });
    if (denied) return refuseUpgrade(arrival, denied);
    const transcription = parameters.get('intent') === 'transcription';
    const deployment = parameters.get('deployment');
    if (arrival.path !== '/openai/realtime' || !parameters.get('api-version') || (!transcription && !deployment)) {
      return refuseUpgrade(arrival, notFound);
    }
    if (transcription && deployment) return refuseUpgrade(arrival, namesItsModel);
    const model = modelOf(deployment ?? '', gateway);
    if (!transcription && model === undefined) return refuseUpgrade(arrival, noDeployment);
    relayRealtime(arrival, gateway, transcription ? { intent: 'transcription' } : { model: model ?? '' }, {
      up(text, relay) {
        const general = previewUp(text, relay);
        return general === undefined ? undefined : withModelInEvent(general, relay, gateway);
      },
      down: (text) => previewDown(text, transcription),
    });
  },
  http(call, gateway) {
    const denied = admit(call, gateway, { keyAsBearer: false });
    if (denied) return refuseCall(call, denied);
    if (!call.parameters.get('api-version')) return refuseCall(call, notFound);
    const [, named, deployed] = /^\/openai\/deployments\/([^/]+)(\/.+)$/.exec(call.path) ?? [];
    const path = deployed ?? /^\/openai(\/(?:responses|models)(?:\/.*)?)$/.exec(call.path)?.[1];
    if (path === undefined) return refuseCall(call, notFound);
    const body = withModel(call, gateway, named === undefined ? undefined : decodeURIComponent(named));
    if (body === undefined) return refuseCall(call, noDeployment);
    return forward(call, gateway, { path: `/v1${path}`, query: '', headers: upstream(gateway, call), body });
  },
};

/** A session of the Realtime API, which Azure ends after half an hour. */
function relayRealtime(
  arrival: Arrival,
  gateway: GatewayContext,
  query: Record<string, string>,
  rules: RelayRules,
  path = '/v1/realtime',
): void {
  const expiresAt = Math.floor((gateway.clock.wallClock() + SESSION_MS) / 1_000);
  relayTo(arrival, gateway, path, `?${new URLSearchParams(query).toString()}`, {
    ...rules,
    down(text, relay) {
      const own = text.replace(/"expires_at":\d+/, `"expires_at":${expiresAt}`);
      return rules.down ? rules.down(own, relay) : own;
    },
    opened(relay) {
      const limit = gateway.clock.setTimer(() => {
        const message = 'Your session hit the maximum duration of 30 minutes.';
        relay.sendEvent({
          type: 'error',
          error: { type: 'invalid_request_error', code: 'session_expired', message, param: null, event_id: null },
        });
        relay.end(1001, message);
      }, SESSION_MS);
      relay.client.once('close', () => limit.cancel());
    },
  });
}

function relayTo(arrival: Arrival, gateway: GatewayContext, path: string, query: string, rules: RelayRules): void {
  dialThenAccept(arrival, gateway, { path, query, headers: upstream(gateway) }, rules);
}

/** The headers that go up: the gateway's own key instead of the client's. */
function upstream(gateway: GatewayContext, call?: Call): Record<string, string> {
  const { 'api-key': _key, ...headers } = call ? endToEnd(call.request.headers) : {};
  return { ...headers, authorization: `Bearer ${gateway.upstreamKey}` };
}
