import { realtime } from '@patchbay/openai';
import { Conversation } from '../../talk/conversation.ts';
import { through, type Place } from '../world.ts';

type Options = Omit<ConstructorParameters<typeof realtime.RealtimeModel>[0] & object, 'gateway'>;

/** A caller to a realtime model. */
export function call(place: Place, options: Options = {}): Conversation<realtime.RealtimeModel> {
  const model = new realtime.RealtimeModel({
    ...through(place),
    ...{ turnDetection: { type: 'server_vad' }, connOptions: { maxRetry: 2, retryIntervalMs: 10 } },
    ...{ model: 'gpt-realtime', ...options },
  });
  return new Conversation(model);
}
