import type { RealtimeTranslationServerEvent } from 'openai-7/resources/realtime/realtime';
import type { WithoutNulls } from '../realtime/events.test-d.ts';
import type { TranslationEvent } from './events.ts';

/** Everything this service sends is an event of the official SDK: it does not compile otherwise. */
export const asSdkEvent = (
  event: WithoutNulls<TranslationEvent> & { event_id: string },
): RealtimeTranslationServerEvent => event;
