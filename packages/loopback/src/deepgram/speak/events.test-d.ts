import type { V1Socket } from '@deepgram/sdk/speak/v1';
import type { V2Socket } from '@deepgram/sdk/speak/v2';
import type { SpeakEvent, SpeakTurnEvent } from './events.ts';

/** Everything this service sends is an event of the official SDK: it does not compile otherwise. */
export const asSdkEvent = (event: SpeakEvent): V1Socket.Response => event;
export const asSdkTurnEvent = (event: SpeakTurnEvent): V2Socket.Response => event;
