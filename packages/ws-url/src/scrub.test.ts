import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScrubber, redactUrl } from './scrub.ts';

describe('the scrubber', () => {
  it.each([
    ['Incorrect API key provided: sk-proj-****7890.', 'Incorrect API key provided: [redacted]'],
    ['Authorization: Bearer abc', 'Authorization: [redacted]'],
    ['sent Bearer abcdef123456 twice', 'sent Bearer [redacted] twice'],
    ['wss://gw/v1?model=m&api_key=abc&x=1', 'wss://gw/v1?model=m&api_key=[redacted]&x=1'],
    [
      '{"error":{"api_key":"abc","code":"invalid_api_key"}}',
      '{"error":{"api_key":"[redacted]","code":"invalid_api_key"}}',
    ],
    ['protocol openai-insecure-api-key.abcd12345 refused', 'protocol openai-insecure-api-key.[redacted] refused'],
    ['connect wss://user:pass@host/', 'connect wss://[redacted]@host/'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-sig', 'jwt [redacted]'],
    ['x-api-key: abc', 'x-api-key: [redacted]'],
    ['X-Amz-Signature=deadbeef&X-Amz-Expires=60', 'X-Amz-Signature=[redacted]&X-Amz-Expires=60'],
  ])('takes out what looks like a secret: %s', (text, clean) => {
    expect(createScrubber([])(text)).toBe(clean);
  });

  it.each([
    'Model "gpt-4o-mini-transcribe" is not supported in transcription mode.',
    'The server had an error while processing your request (request id req_12345).',
    'task-force: 42 tokens used, keyterm=hello',
    'Bearer token missing',
    'upstream websocket closed with code 4000: invalid_request_error.invalid_model',
  ])('leaves what is no secret: %s', (text) => {
    expect(createScrubber([])(text)).toBe(text);
  });

  it('knows a secret in the forms in which it comes back', () => {
    const scrub = createScrubber(['Bearer p@ss word"1']);
    expect(scrub('p@ss')).toBe('p@ss');
    const all = ['Bearer p@ss word"1', 'Bearer%20p%40ss%20word%221', 'Bearer+p%40ss+word%221', 'Bearer p@ss word\\"1'];
    for (const form of all) expect(scrub(`<${form}>`)).toBe('<[redacted]>');
  });

  it('knows the key inside a composite header', () => {
    expect(createScrubber(['Token abcdefgh'])('key abcdefgh is bad')).toBe('key [redacted] is bad');
    expect(createScrubber(['{"provider":"openai","api_key":"secret-99"}'])('provider: secret-99')).toBe(
      'provider: [redacted]',
    );
  });

  it('does not make messages unreadable for the sake of one letter', () => {
    expect(createScrubber(['a', ''])('a banana')).toBe('a banana');
  });

  it('takes out the longer secret first', () => {
    expect(createScrubber(['abcd', 'abcdefgh'])('abcdefgh abcd')).toBe('[redacted] [redacted]');
  });

  it('leaves no known secret in any text, whatever the secret holds', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: 'binary' }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!'[redacted]'.includes(secret) && !`${before}[redacted]${after}`.includes(secret));
        expect(createScrubber([secret])(before + secret + after).includes(secret)).toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });

  // With a pattern that backtracks, each of these would take minutes.
  it.each(['api', 'key', 'Bearer ', 'sk-', '://', 'a.', 'token"', 'eyJ', '"key":'])(
    'reads long text once: %s',
    (piece) => {
      expect(createScrubber([])(piece.repeat(64 * 1024)).length).toBeGreaterThan(0);
    },
  );
});

describe('a redacted URL', () => {
  it.each([
    ['wss://user:pass@host:9/v1/realtime?api_key=x#y', 'wss://host:9/v1/realtime'],
    ['https://host/keys/sk-abcdef123/v1', 'https://host/keys/[redacted]/v1'],
    ['not a url with secret', '[unreadable URL]'],
    ['data:text/plain,secret', 'data:…'],
  ])('%s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });
});
