import { llm } from '@livekit/agents';
import { providerError } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { Connection } from '@patchbay/ws-url';
import { fatalCodes } from '../error-codes.ts';
import { wordsOf } from '../words.ts';
import type { RealtimeErrorBody, ResponseResource, ResponseStatusDetails } from './api-proto.ts';
import type { Loose } from './loose.ts';
import type { Abandonment } from './response-sequencer.ts';

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

const busyCode = 'conversation_already_has_active_response';

/** Another response is in the way of one that was asked for. */
export function isBusy(error: RealtimeErrorBody): boolean {
  return error.code === busyCode;
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
  return providerError(connection, hint === undefined ? message : `${message} (${hint})`, {
    // A gateway's errors carry no code; that its table explains one means that a person has to change something.
    retryable: !isFatalError(error) && (worked || hint === undefined),
    ...(code === undefined ? {} : { providerCode: code }),
  });
}

/** Why a response failed; `undefined` unless it did. */
export function responseFailure(response: Loose<ResponseResource>, connection: Connection): PatchbayError | undefined {
  if (response.status !== 'failed') return undefined;
  const { status_details: details } = response;
  const error = typeof details === 'string' ? { message: details } : errorOf(details);
  return failureOf({ ...error, message: error.message || 'the response failed' }, connection, true);
}

/** Gateways leave the `type` of the details out. */
function errorOf(details: Loose<ResponseStatusDetails> | null | undefined): RealtimeErrorBody {
  const { error } = (details ?? {}) as { error?: RealtimeErrorBody | null };
  return error ?? {};
}

const abandonments: Record<Abandonment, ConstructorParameters<typeof PatchbayError>> = {
  lost: ['closed', 'the connection was lost twice before the reply began', { retryable: true }],
  busy: [
    'provider-error',
    'the service was busy with another response each time it was asked',
    { retryable: true, hop: 'provider', providerCode: busyCode },
  ],
  interrupted: ['aborted', 'the reply was interrupted before it began'],
};

/** What a `generateReply` is rejected with that will not be asked for again. */
export function abandoned(reason: Abandonment): llm.RealtimeError {
  const cause = new PatchbayError(...abandonments[reason]);
  return new llm.RealtimeError(cause.message, { cause });
}
