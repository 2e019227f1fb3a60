import { PatchbayError } from '@patchbay/ws-url';
import type { Connection } from '@patchbay/ws-url';
import { fatalCodes } from '../error-codes.ts';
import { wordsOf } from '../words.ts';
import type { RealtimeErrorBody, ResponseResource } from './api-proto.ts';

/** Ends one response, not the call: the next turn may be shorter, or the context trimmed. */
const passingCode = 'context_length_exceeded';

/** Whether a provider's error means that trying again, also on another socket, can only fail again. */
export function isFatalError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, type } = error as { code?: unknown; type?: unknown };
  const name = typeof code === 'string' && code !== '' ? code : type;
  return typeof name === 'string' && name !== passingCode && fatalCodes.has(name);
}

/**
 * Errors that are answers to something harmless: a cancel that came after the end, a commit that server VAD had made
 * before us (pipecat-ai/pipecat#3755, livekit/agents#5564).
 */
export function isHarmless(error: RealtimeErrorBody): boolean {
  return (
    error.code === 'response_cancel_not_active' ||
    error.code === 'input_audio_buffer_commit_empty' ||
    wordsOf(error.message)?.startsWith('Cancellation failed') === true
  );
}

/** The socket's time is up: reason to rotate, not a failure. */
export function isExpiry(error: RealtimeErrorBody): boolean {
  return error.code === 'session_expired';
}

/**
 * An `error` event, or the error inside a failed response, as the rest of the house knows it. `worked`: the model has
 * spoken, so the way to it is right, and a hint about the way is only a hint.
 */
export function failureOf(error: RealtimeErrorBody, connection: Connection, worked: boolean): PatchbayError {
  const code = wordsOf(error.code);
  const text = wordsOf(error.message) ?? code ?? wordsOf(error.type) ?? 'the service reported an error';
  const message = connection.scrub(text);
  const hint = connection.hint({ text: message });
  return new PatchbayError('provider-error', hint === undefined ? message : `${message} (${hint})`, {
    // A gateway's errors carry no code; that its table explains one means that a person has to change something.
    retryable: !isFatalError(error) && (worked || hint === undefined),
    hop: 'provider',
    ...(code === undefined ? {} : { providerCode: code }),
  });
}

/** Why a response failed; `undefined` unless it did. */
export function responseFailure(response: ResponseResource, connection: Connection): PatchbayError | undefined {
  if (response.status !== 'failed') return undefined;
  const { status_details: details } = response;
  const error = typeof details === 'string' ? { message: details } : (details?.error ?? {});
  return failureOf({ ...error, message: error.message || 'the response failed' }, connection, true);
}
