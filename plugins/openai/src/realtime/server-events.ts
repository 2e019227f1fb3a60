import { decodeJson } from '@patchbay/plugin-kit';
import type { Frame } from '@patchbay/plugin-kit';
import type { ServerEvent } from './api-proto.ts';

/**
 * A frame as an event, or `undefined` for one that is none of this protocol's: binary. Only the type is looked at; a
 * schema would throw away events that a gateway wrote a little differently.
 *
 * @throws for text that is no event. The session drops a few before it takes another socket.
 */
export function decodeServerEvent(frame: Frame): ServerEvent | undefined {
  if (typeof frame !== 'string') return undefined;
  const event = decodeJson(frame);
  // Told to users as LiveKit's types have it, without another look; what is read here is read as `Loose`.
  if (event && Object.hasOwn(event, 'type') && typeof event.type === 'string') return event as unknown as ServerEvent;
  throw new TypeError('a frame that is no event');
}
