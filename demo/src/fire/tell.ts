import type { voice } from '@livekit/agents';
import type { ConnectionEvent } from '@patchbay/openai';

/** A model's `error` event. */
type ModelError = Extract<voice.ErrorEvent['error'], { error: Error }>;

/** What LiveKit was told, in a few words: `llm: APIStatusError 429, recoverable`. */
export function tellError({ error }: voice.ErrorEvent): string {
  if (!isModelError(error)) return `session: ${String(error)}`;
  const { name, statusCode } = error.error as { name: string; statusCode?: number };
  const status = statusCode === undefined || statusCode < 0 ? '' : ` ${statusCode}`;
  return `${partOf(error)}: ${name}${status}, ${error.recoverable ? 'recoverable' : 'final'}`;
}

/** What a connection tells, unless it begins or ends as it should: `stt: reconnecting, upgrade-refused 503`. */
export function tellConnection(part: string, event: ConnectionEvent): string | undefined {
  if (event.type === 'reconnecting') return `${part}: reconnecting, ${event.error.code}${statusOf(event.error)}`;
  if (event.type === 'rotated') return `${part}: rotated, ${event.reason}`;
  if (event.type === 'open' && event.epoch > 1) return `${part}: open again`;
  if (event.type === 'closed' && event.error) return `${part}: closed, ${event.error.code}${statusOf(event.error)}`;
  return undefined;
}

function statusOf({ status }: { status?: number | undefined }): string {
  return status === undefined ? '' : ` ${status}`;
}

function isModelError(error: voice.ErrorEvent['error']): error is ModelError {
  return typeof error === 'object' && error !== null && 'error' in error && 'recoverable' in error;
}

function partOf({ type }: ModelError): string {
  return type === 'realtime_model_error' ? 'realtime' : type.replace('_error', '');
}
