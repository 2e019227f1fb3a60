import type { ServerEvent as SdkEvent } from 'openai-7/resources/live/live';
import type { ServerEvent } from './events.ts';

/** Everything this service sends is an event of the official SDK: it does not compile otherwise. */
export const asSdkEvent = (event: ServerEvent & { event_id: string; client_event_id?: string }): SdkEvent => event;
