import type { V1Socket } from '@deepgram/sdk/listen/v1';
import type { NovaEvent } from './events.ts';

/** Everything this service sends is an event of the official SDK: it does not compile otherwise. */
export const asSdkEvent = (event: NovaEvent): V1Socket.Response => event;
