import type { V2Socket } from '@deepgram/sdk/listen/v2';
import type { FluxEvent } from './events.ts';

/** Everything this service sends is an event of the official SDK: it does not compile otherwise. */
export const asSdkEvent = (event: FluxEvent): V2Socket.Response => event;
