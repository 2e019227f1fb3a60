import type { llm } from '@livekit/agents';
import { toAPIError } from './errors.ts';
import type { RealtimeModelBase } from './realtime-model.ts';

/** LiveKit's `error` event of a session, without secrets. `at`: milliseconds since the epoch. */
export function realtimeError(
  error: unknown,
  { model, at, recoverable }: { model: RealtimeModelBase; at: number; recoverable: boolean },
): llm.RealtimeModelError {
  return {
    type: 'realtime_model_error',
    timestamp: at,
    label: model.label(),
    error: toAPIError(error, { scrub: (text) => model.connection.scrub(text) }),
    recoverable,
  };
}
