import { acceptThenDial } from '../relay.ts';
import type { Arrival, GatewayContext } from '../types.ts';
import { relayRules } from './passthrough.ts';

/** Its relay has one of Deepgram's four sockets, and no requests. */
const PATHS = new Set(['/deepgram/v1/listen', '/deepgram/listen']);
const DEFAULT_MODEL = 'nova-3';
/** Models whose streaming price it does not know; which ones, depends on its price list. */
const UNPRICED = /^nova-2/;

export function isDeepgramSocket(path: string): boolean {
  return PATHS.has(path);
}

/** Bytes and events as they are; the query is read and written anew. As it was tried: LiteLLM 1.105.3. */
export function serveDeepgram(arrival: Arrival, gateway: GatewayContext): void {
  const { parameters } = arrival;
  const refuse = (reason: string): void => arrival.accept((client) => client.close(1008, reason));
  if (parameters.has('callback')) return refuse('callback is not allowed');
  if (!parameters.has('model')) parameters.append('model', DEFAULT_MODEL);
  if (UNPRICED.test(parameters.get('model')!))
    return refuse(
      `No streaming price for 'deepgram/streaming/${parameters.get('model')}': add it to the model cost map to enable it`,
    );
  const headers = { authorization: `Token ${gateway.upstreamKey}` };
  acceptThenDial(arrival, gateway, { path: '/v1/listen', query: `?${parameters.toString()}`, headers }, relayRules);
}
