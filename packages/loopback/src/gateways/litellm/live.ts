import type { WebSocket } from 'ws';
import { liveModelOf, withLiveSession } from '../live.ts';
import { Relay } from '../relay.ts';
import type { Arrival, GatewayContext } from '../types.ts';
import { refuseAlias, sessionRules } from './realtime.ts';
import { deploymentOf, upstreamHeaders } from './settings.ts';

/**
 * `/v1/live/sessions`: the first event names the model, so the provider is dialled after it.
 * https://docs.litellm.ai/docs/live_sessions; what is wrong is told as on a conversation's socket, which is a guess.
 */
export function serveLiteLLMLive(arrival: Arrival, gateway: GatewayContext): void {
  arrival.accept((client) => {
    client.once('message', (data, isBinary) => {
      if (isBinary) return client.terminate();
      begin(client, (data as Buffer).toString('utf8'), arrival, gateway);
    });
  });
}

function begin(client: WebSocket, first: string, arrival: Arrival, gateway: GatewayContext): void {
  const alias = liveModelOf(first) ?? '';
  const deployment = deploymentOf(alias, gateway);
  if (!deployment) return refuseAlias(alias, client);
  const relay = new Relay(client, gateway, sessionRules);
  relay.dial({ path: '/v1/live/sessions', query: '', headers: upstreamHeaders(arrival.request, gateway) });
  relay.sendUp(withLiveSession(first, { model: deployment.model }));
}
