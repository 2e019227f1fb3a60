import type { ServerSentEvent } from '@patchbay/plugin-kit';
import { objectIn } from './frames.ts';
import type { WsErrorBody, WsErrorEvent, WsServerEvent } from './wire.ts';

/**
 * A server-sent event as an event of the wire, if it is one. OpenAI says the type in the data; gateways also only beside
 * them, pass on failures as `{ error: … }`, or answer with a whole response where a stream was asked for.
 *
 * @param headers - Of the HTTP response; they belong into errors.
 */
export function serverSentEvent({ event, data }: ServerSentEvent, headers: Headers): WsServerEvent | undefined {
  const said = objectIn(data);
  if (said === undefined) return undefined;
  if (said.type === 'error' || event === 'error') return errorIn(said, headers);
  if (typeof said.type === 'string') return said as unknown as WsServerEvent;
  if (said.error != null && said.object !== 'response') return errorIn(said, headers);
  if (said.object === 'response') return { type: 'response.done', response: said };
  return event === 'message' ? undefined : ({ ...said, type: event } as unknown as WsServerEvent);
}

function errorIn(said: Record<string, unknown>, headers: Headers): WsErrorEvent {
  const known = Object.fromEntries(headers);
  if (said.type === 'error') return { headers: known, ...said, type: 'error' };
  const error = said.error ?? said;
  return {
    type: 'error',
    headers: known,
    error: typeof error === 'string' ? { message: error } : error,
  };
}
