import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decodeJson } from './json-message.ts';

const audio = Buffer.alloc(3_000, 'voice').toString('base64');

/** What is decoded, or that it is refused. */
function decoded(decode: () => unknown): unknown {
  try {
    return { message: decode() };
  } catch (error) {
    return { error };
  }
}

function expectAsParsed(text: string): void {
  expect(decoded(() => decodeJson(text, 'delta'))).toEqual(decoded(() => decodeJson(text)));
}

describe('a frame with a long text', () => {
  it.each([
    ['at its end', { type: 'a', delta: audio }],
    ['at its beginning', { delta: audio, type: 'a' }],
    ['of another name', { type: 'a', audio }],
    ['inside something else', { type: 'a', part: { delta: audio } }],
    ['inside something else, and an empty one outside', { type: 'a', part: { delta: audio }, delta: '' }],
    ['with quotes in it', { type: 'a', delta: `"${audio}"` }],
    ['with its own name in it', { type: 'a', delta: `{"delta":"${audio}"}` }],
    ['in the middle of a text that looks like it', { type: `{"delta":"${audio}"}`, delta: audio }],
    ['with letters of all the world', { type: 'a', delta: '€🎧\u2028'.repeat(1_000) }],
    ['that is no text', { type: 'a', delta: null, audio }],
    ['that ends in a backslash', { type: 'a', delta: `${audio}\\` }],
  ])('%s is what a parser makes of it', (_where, message) => {
    expect(decodeJson(JSON.stringify(message), 'delta')).toEqual(message);
    expect(decodeJson(JSON.stringify(message, null, 1), 'delta')).toEqual(message);
    expect(decodeJson(Buffer.from(JSON.stringify(message)), 'delta')).toEqual(message);
  });

  it.each([
    ['twice', `{"delta":"${audio}","delta":"b"}`],
    ['twice, the second time empty', `{"delta":"${audio}","delta":""}`],
    ['twice, the second time with a space before the colon', `{"delta":"${audio}","delta" :""}`],
    ['twice, the second time with an escaped name', `{"delta":"${audio}","d\\u0065lta":""}`],
    ['twice, the first time with an escaped name', `{"d\\u0065lta":"","delta":"${audio}"}`],
    ['with a space before the colon', `{"delta" :"${audio}"}`],
    ['with an escaped name', `{"d\\u0065lta":"${audio}"}`],
    ['with escapes in it', `{"delta":"\\u0065${audio}"}`],
    ['in a list', `[{"delta":"${audio}"}]`],
    ['without an end', `{"delta":"${audio}`],
    ['with more behind it', `{"delta":"${audio}"}}`],
    ['of a list', `{"delta":["${audio}"]}`],
    ['with nothing around it', `"delta":"${audio}"`],
  ])('that a message has %s is what a parser makes of it', (_how, text) => expectAsParsed(text));

  it('is not parsed', () => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(decodeJson(JSON.stringify({ type: 'a', delta: audio, index: 0 }), 'delta')).toEqual({
      type: 'a',
      delta: audio,
      index: 0,
    });
    expect(parse).toHaveBeenCalledOnce();
    expect(parse.mock.calls[0]![0].length).toBeLessThan(100);
    parse.mockRestore();
  });

  it('may be anywhere in any message', () => {
    const long = fc.constantFrom('a'.repeat(1_200), '"'.repeat(1_200), '\\"delta\\":"'.repeat(120), '\n'.repeat(1_200));
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), long, fc.constant({ delta: 'x' }));
    const message = fc.dictionary(fc.oneof(fc.constant('delta'), fc.constant('type'), fc.string()), value, {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 3 }), long, ([first, ...others], filler) => {
        for (const space of [undefined, 1]) {
          expectAsParsed(JSON.stringify({ ...first, others, filler }, null, space));
          expectAsParsed(JSON.stringify({ filler, others, ...first }, null, space));
        }
      }),
    );
  });
});
