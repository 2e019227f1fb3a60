import { numberOf, providerFailure, retryableStatus, textOf, type JsonMessage } from '@patchbay/plugin-kit';
import type { Connection, PatchbayError } from '@patchbay/ws-url';

/** What can be tried again although its status says otherwise. */
const passing = new Set(['max_duration_reached', 'temp_api_key_session_expired']);

/**
 * What is wrong, if a message tells of something: on these sockets nothing else does.
 * https://soniox.com/docs/api-reference/errors
 */
export function failureOf(message: JsonMessage, connection: Connection): PatchbayError | undefined {
  const { error_code: code, error_type: type, error_message: text, request_id: requestId } = message;
  if (code == null && type == null && text == null) return undefined;
  const status = numberOf(typeof code === 'string' ? Number(code) : code);
  const providerCode = textOf(type);
  return providerFailure('Soniox', textOf(text) || providerCode, connection, {
    retryable: passing.has(providerCode) || status === undefined || retryableStatus(status),
    ...(status === undefined ? {} : { status }),
    ...(providerCode === '' ? {} : { providerCode }),
    ...(textOf(requestId) === '' ? {} : { requestId: textOf(requestId) }),
  });
}
