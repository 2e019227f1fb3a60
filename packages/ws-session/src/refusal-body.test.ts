import { expect, it } from 'vitest';
import { explanationIn } from './refusal-body.ts';

const scrub = (text: string): string => text.replaceAll('s3/cret', '[redacted]');

it('what an endpoint says in fields of its own is read there', () => {
  const body = '{"err_code":"Bad Request","err_msg":"no such model","request_id":"r"}';
  expect(explanationIn(body, scrub, { message: 'err_msg', code: 'err_code' })).toEqual({
    message: 'no such model',
    code: 'Bad Request',
  });
  expect(explanationIn(body, scrub, { requestId: 'request_id' }).requestId).toBe('r');
  expect(explanationIn(body, scrub)).toEqual({ message: undefined, code: undefined });
  expect(explanationIn('{"message":"as most do"}', scrub, { message: 'err_msg' }).message).toBe('as most do');
});

it('a secret that JSON wrote with escapes is not shown', () => {
  const body = '{"err_msg":"key s3\\/cret is unknown","err_code":"s3\\/cret"}';
  expect(explanationIn(body, scrub, { message: 'err_msg', code: 'err_code' })).toEqual({
    message: 'key [redacted] is unknown',
    code: '[redacted]',
  });
});
