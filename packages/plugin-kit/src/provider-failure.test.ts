import { PatchbayError, resolveConnection, sonioxEndpoints } from '@patchbay/ws-url';
import { expect, it } from 'vitest';
import { providerFailure } from './provider-failure.ts';

const connection = resolveConnection(sonioxEndpoints.voice, { apiKey: 'sk-of-somebody' });

it('a failure says what the provider says, and whose words they are, without the key', () => {
  const failure = providerFailure('Parrots', 'no seeds for sk-of-somebody', connection);
  expect(PatchbayError.is(failure)).toBe(true);
  expect(failure).toMatchObject({ code: 'provider-error', hop: 'provider', retryable: false });
  expect(failure.message).toMatch(/^Parrots: no seeds for /);
  expect(failure.message).not.toContain('sk-of-somebody');
});

it.each([undefined, null, '', 5, {}])('a failure of which nothing is said is told as one: %j', (said) => {
  expect(providerFailure('Parrots', said, connection).message).toBe('Parrots: an error without a reason');
});

it('what else is known goes with it', () => {
  const details = { retryable: true, status: 503, providerCode: 'moulting', requestId: 'r1' };
  expect(providerFailure('Parrots', 'later', connection, details)).toMatchObject({ ...details, hop: 'provider' });
});
