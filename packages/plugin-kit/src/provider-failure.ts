import { PatchbayError, type Connection, type PatchbayErrorDetails } from '@patchbay/ws-url';
import { textOf } from './json-fields.ts';

/**
 * What a provider says has gone wrong, in its own words: without secrets, and with what to do about it where the endpoint
 * knows that. A `PatchbayError` `provider-error`, which is not tried again unless the details say so.
 */
export function providerFailure(
  provider: string,
  said: unknown,
  connection: Connection,
  details: Omit<PatchbayErrorDetails, 'hop'> = {},
): PatchbayError {
  const text = connection.scrub(textOf(said) || 'an error without a reason');
  const { status } = details;
  const hint = connection.hint({ text, ...(status === undefined ? {} : { status }) });
  const message = `${provider}: ${text}${hint === undefined ? '' : ` (${hint})`}`;
  return new PatchbayError('provider-error', message, { ...details, hop: 'provider' });
}
