import { textOf, type JsonMessage } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';

/**
 * What a socket says last before it closes. https://developers.deepgram.com/docs/flux/errors,
 * https://developers.deepgram.com/docs/flux-tts/server-messages
 */
export function failureOf({ code, description }: JsonMessage): PatchbayError {
  const providerCode = textOf(code);
  const message = `Deepgram: ${textOf(description) || 'an error without a reason'}`;
  return new PatchbayError('provider-error', message, {
    retryable: !/UNPARSABLE|INVALID|MESSAGE-|DATA-|BIG-|BAD_REQUEST/i.test(providerCode),
    hop: 'provider',
    ...(providerCode === '' ? {} : { providerCode }),
  });
}
