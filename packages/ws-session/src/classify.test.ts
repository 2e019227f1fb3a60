import { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { dialFailure, type FailureContext } from './classify.ts';

const connection = connectionTo('ws://127.0.0.1:9/v1/realtime');
const context: FailureContext = {
  connection,
  where: connection.redacted,
  scrub: (text) => connection.scrub(text),
  wallClock: () => 0,
};

function failed(code: string): Error {
  return Object.assign(new Error(`it failed with ${code}`), { code });
}

describe('a dial that fails', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EPIPE',
  ])('with %s is worth another attempt', (code) => {
    const { error, outcome } = dialFailure(failed(code), context);
    expect(outcome).toBe('retry');
    expect(error).toMatchObject({ code: 'connect-failed', retryable: true, cause: { code } });
    expect(error.message).toContain(code);
  });

  it.each([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'CERT_REVOKED',
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'EPROTO',
  ])('with %s is not', (code) => {
    expect(dialFailure(failed(code), context)).toMatchObject({
      outcome: 'fatal',
      error: { code: 'tls-failed', retryable: false },
    });
  });

  it('on every address of a name tells the first reason', () => {
    const cause = new AggregateError([failed('ECONNREFUSED'), failed('EHOSTUNREACH')], '');
    const { error } = dialFailure(cause, context);
    expect(error.message).toContain('no connection (ECONNREFUSED): it failed with ECONNREFUSED');
  });

  it('with an error of ours is that error', () => {
    const own = new PatchbayError('unsupported', 'no such thing', { retryable: false });
    expect(dialFailure(own, context)).toEqual({ error: own, outcome: 'fatal' });
  });

  it('with something that is no error at all is still told', () => {
    expect(dialFailure('a string', context).error.message).toContain('a string');
  });

  it('keeps the cause readable and clean', () => {
    const cause = Object.assign(new TypeError('Invalid URL'), {
      code: 'ERR_INVALID_URL',
      input: 'wss://a/?key=hush-hush-hush',
    });
    const { error } = dialFailure(cause, context);
    expect(error.cause).toMatchObject({ name: 'TypeError', message: 'Invalid URL', code: 'ERR_INVALID_URL' });
    expect(error.cause).not.toHaveProperty('input');
  });
});
