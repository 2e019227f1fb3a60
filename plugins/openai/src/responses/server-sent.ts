import type { ServerSentEvent } from '@patchbay/plugin-kit';
import { objectIn } from './frames.ts';
import type { WsErrorEvent, WsServerEvent } from './wire.ts';

/**
 * A server-sent event as an event of the wire, if it is one. OpenAI says the type in the data; gateways also only beside
 * them, pass on failures as `{ error: … }`, or answer with a whole response where a stream was asked for.
 */
export function serverSentEvent({ event, data }: ServerSentEvent): WsServerEvent | undefined {
  const said = objectIn(data);
  if (said === undefined) return undefined;
  if (said.type !== 'error' && event === 'error') return errorIn(said);
  if (typeof said.type === 'string') return said as unknown as WsServerEvent;
  if (said.object === 'response') return { type: 'response.done', response: said };
  if (said.error != null) return errorIn(said);
  return event === 'message' ? undefined : ({ ...said, type: event } as unknown as WsServerEvent);
}

function errorIn(said: Record<string, unknown>): WsErrorEvent {
  const error = said.error ?? said;
  return { type: 'error', error: typeof error === 'string' ? { message: error } : error };
}
