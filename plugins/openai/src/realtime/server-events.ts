import { decodeJson } from '@patchbay/plugin-kit';
import type { Frame, JsonMessage } from '@patchbay/plugin-kit';
import type { ServerEvent } from './api-proto.ts';

/**
 * A frame as an event, or `undefined` for one that is none of this protocol's: binary. Only the type is looked at; a
 * schema would throw away events that a gateway wrote a little differently.
 *
 * @throws for text that is no event. The session drops a few before it takes another socket.
 */
export function decodeServerEvent(frame: Frame): ServerEvent | undefined {
  if (typeof frame !== 'string') return undefined;
  // The audio of a reply is most of what comes.
  const event = decodeJson(frame, 'delta');
  const isEvent = event && Object.hasOwn(event, 'type') && typeof event.type === 'string';
  if (isEvent && hasIds(event) && hasIds(event.item) && hasIds(event.response) && hasIds(event.delegation)) {
    // Told to users as LiveKit's types have it, without another look; what is read here is read as `Loose`.
    return event as unknown as ServerEvent;
  }
  throw new TypeError('a frame that is no event');
}

/**
 * Whether what it names is named by text: ids are kept, compared and joined until the session ends, LiveKit's code too.
 * Written out, because every delta of a reply is looked at.
 */
function hasIds(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const named = value as JsonMessage;
  return (
    isId(named.id) &&
    isId(named.item_id) &&
    isId(named.previous_item_id) &&
    isId(named.response_id) &&
    isId(named.call_id) &&
    isId(named.delegation_id)
  );
}

function isId(value: unknown): boolean {
  return typeof value === 'string' || value === undefined || value === null;
}
