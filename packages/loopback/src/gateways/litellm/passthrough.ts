import { acceptThenDial } from '../relay.ts';
import type { RelayRules } from '../relay.ts';
import type { Arrival, GatewayContext } from '../types.ts';

/** How LiteLLM's relays, to OpenAI and to Deepgram, tell of what happens at the provider. */
export const relayRules: RelayRules = {
  dialMs: 10_000,
  refused: (_status, relay) => relay.end(1011, 'Upstream connection rejected'),
  failed: (_reason, relay) => relay.end(1011, 'WebSocket passthrough error'),
  // A provider that was cut off looks like one that said goodbye.
  closed: (code, reason, relay) => relay.end(code === 1006 ? 1000 : code, reason),
};

const DISABLED = 'OpenAI websocket passthrough is disabled';
const MOUNT = /^\/openai(?:_passthrough)?(\/.*)$/;

/** The provider's path behind `/openai_passthrough/…`: it is put after a base that ends in `/v1`, so a second `/v1` stays. */
export function passthroughPath(path: string): string | undefined {
  const rest = MOUNT.exec(path)?.[1];
  return rest && `/v1${rest}`;
}

/** The relay for sockets: frames and query as they are, any model, if the operator has switched it on. */
export function servePassthroughSocket(arrival: Arrival, gateway: GatewayContext, path: string): void {
  if (!gateway.settings.passthrough) {
    return arrival.accept((client) => {
      const message = `${DISABLED} on this gateway. A proxy admin can turn it on by setting general_settings.enable_openai_websocket_passthrough to true.`;
      client.send(JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } }));
      client.close(1008, DISABLED);
    });
  }
  const headers = { authorization: `Bearer ${gateway.upstreamKey}` };
  acceptThenDial(
    arrival,
    gateway,
    { path, query: arrival.query, headers },
    { ...relayRules, binary: (relay) => relay.end(1006) },
  );
}
