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

  const secret = 'q7/Zr+83jk2&w9=PxTt5~Vd0';
  const escapes = (write: (unit: number) => string, which = /[^]/g): string =>
    secret.replace(which, (character) => write(character.charCodeAt(0)));
  const hex = (unit: number, length: number): string => unit.toString(16).padStart(length, '0');
  it.each([
    ['as HTML', secret.replace('&', '&amp;')],
    ['as HTML with numbers', escapes((unit) => `&#x${hex(unit, 2).toUpperCase()};`, /\W/g)],
    ['as HTML with decimal numbers', escapes((unit) => `&#${unit};`, /[+/]/g)],
    ['as HTML with names', secret.replace('/', '&sol;').replace('+', '&plus;').replace('=', '&equals;')],
    ['percent-encoded', encodeURIComponent(secret)],
    ['percent-encoded in small letters', escapes((unit) => `%${hex(unit, 2)}`, /\W/g)],
    ['percent-encoded as a whole', escapes((unit) => `%${hex(unit, 2)}`)],
    ['as JSON with slashes escaped', secret.replaceAll('/', '\\/')],
    ['as JSON with some escapes', escapes((unit) => `\\u${hex(unit, 4).toUpperCase()}`, /\W/g)],
    ['as JSON with nothing but escapes', escapes((unit) => `\\u${hex(unit, 4)}`)],
    ['as base64', Buffer.from(secret).toString('base64')],
    ['as base64url', Buffer.from(`~~${secret}`).toString('base64url').slice(3)],
    ['as a user name in base64', Buffer.from(`${secret}:`).toString('base64').replace(/=+$/, '').slice(0, -2)],
    ['as a password in base64', Buffer.from(`user:${secret}`).toString('base64').replace(/=+$/, '').slice(7)],
  ])('knows a secret that comes back %s', (_how, form) => {
    const scrubbed = createScrubber([secret])(`<${form}>`);
    expect(scrubbed).toContain('[redacted]');
    expect(scrubbed.length).toBeLessThan(18);
  });

  it.each([
    ['at its end', 'a key that is none: q7/Zr+83'],
    ['at its end, encoded', 'a key that is none: q7%2FZr%2b83j%'],
    ['with dots', 'a key that is none: q7/Zr+83j… and more'],
    ['in JSON', '{"message":"a key that is none: q7/Zr+83jk"}'],
    ['in HTML', '<p>a key that is none: q7/Zr+83jk</p>'],
    ['somewhere behind its middle', 'a key that is none: q7/Zr+83jk2&w9=P, and more'],
  ])('leaves no beginning of a secret in a text that was cut %s', (_where, text) => {
    expect(createScrubber([secret])(text)).toContain('none: [redacted]');
    expect(createScrubber([secret])(text)).not.toContain('q7');
  });

  it('leaves what begins like a secret by chance', () => {
    const scrub = createScrubber(['https://secret.example.com/path/1']);
    for (const text of ['see https://docs.example.com', 'q7/Zr+8']) expect(scrub(text)).toBe(text);
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
