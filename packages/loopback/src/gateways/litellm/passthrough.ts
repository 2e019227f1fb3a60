import { acceptThenDial } from '../relay.ts';
import type { Arrival, GatewayContext } from '../types.ts';
import { errorEvent } from './realtime.ts';

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
      client.send(JSON.stringify(errorEvent('enable_openai_websocket_passthrough is not set')));
      client.close(1008);
    });
  }
  const headers = { authorization: `Bearer ${gateway.upstreamKey}` };
  acceptThenDial(
    arrival,
    gateway,
    { path, query: arrival.query, headers },
    {
      binary: (relay) => relay.end(1006),
      // A provider that was cut off looks like one that said goodbye.
      closed: (code, reason, relay) => relay.end(code === 1006 ? 1000 : code, reason),
    },
  );
}
