import type { TtsEvent } from '@soniox/node';
import type { SpeechEvent } from './events.ts';

/** Everything this service sends is an event of the official SDK: it does not compile otherwise. */
export const asSdkEvent = (event: SpeechEvent): TtsEvent => event;
