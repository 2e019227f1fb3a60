import type { RealtimeServerEvent } from 'openai-7/resources/realtime/realtime';
import type { ServerEvent } from './events.ts';

/** The official SDK leaves out the nulls that the live service sends. */
export type WithoutNulls<T> = T extends readonly (infer Member)[]
  ? WithoutNulls<Member>[]
  : T extends object
    ? { [Key in keyof T]: WithoutNulls<T[Key]> }
    : Exclude<T, null>;

/** Everything this service sends is an event of the official SDK: it does not compile otherwise. */
export const asSdkEvent = (event: WithoutNulls<ServerEvent> & { event_id: string }): RealtimeServerEvent => event;
