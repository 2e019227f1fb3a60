import { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import {
  checkCount,
  checkFlag,
  checkJson,
  checkLength,
  checkMono,
  checkName,
  checkObject,
  checkNames,
  checkNumber,
  checkOneOf,
  checkPhrases,
  checkRange,
  checkString,
  checkStreaming,
  checkStrings,
  checkTexts,
  checkTimeout,
  recordOf,
} from './check-options.ts';

const secret = 'sk-hidden-1234567';
const circle: Record<string, unknown> = {};
circle.self = circle;

describe('checks of options', () => {
  it.each<[string, (value: unknown) => void, good: unknown[], bad: unknown[]]>([
    ['checkRange', (v) => checkRange('opt', v, [0, 4]), [0, 4, 1.5], [NaN, 5, -1, Infinity, '1', null, secret]],
    ['checkCount', (v) => checkCount('opt', v, [0, 4]), [0, 4], [1.5, NaN, '1', secret]],
    ['checkTimeout', (v) => checkTimeout('opt', v), [1, 5_000, Infinity], [0, -1, NaN, -Infinity, '1', null, secret]],
    ['checkFlag', (v) => checkFlag('opt', v), [true, false], ['false', 0, null, secret]],
    ['checkString', (v) => checkString('opt', v), ['', 'a'], [5, null, { secret }]],
    ['checkName', (v) => checkName('opt', v), ['a'], ['', ' ', 5, null, { secret }]],
    ['checkLength', (v) => checkLength('opt', v, [1, 3]), ['a', 'abc'], ['', ' ', 'abcd', 5, null, secret]],
    ['checkMono', (v) => checkMono('opt', v), [1], [0, 2, '1', null, secret]],
    ['checkOneOf', (v) => checkOneOf('opt', v, ['a', 'b']), ['a', 'b'], ['c', null, 5, secret, ['a']]],
    ['checkNumber', (v) => checkNumber('opt', v, [8, 16]), [8, 16], [9, '8', NaN, null, secret]],
    ['checkPhrases', (v) => checkPhrases('opt', v, [3]), [[], ['a b', 'c'], [' ']], ['a', ['a b', 'c d'], [5], null]],
    ['checkNames', (v) => checkNames('opt', v), [[], ['a']], ['a', [''], [' '], [5], null, [[secret]]]],
    [
      'checkTexts',
      (v) => checkTexts('opt', v),
      [{}, { a: 'b' }],
      [{ a: 5 }, { a: null }, new Map(), ['a'], null, secret],
    ],
    ['checkStreaming', (v) => checkStreaming('opt', v), [{ stream() {} }], [{}, { stream: 1 }, 5, null, secret]],
    ['checkStrings', (v) => checkStrings('opt', v), [[], ['a']], ['a', [5], null, { secret }, [[secret]]]],
    [
      'checkStrings, bounded',
      (v) => checkStrings('opt', v, [2, 3]),
      [[], ['abc', 'd']],
      [['a', 'b', 'c'], ['abcd'], [5]],
    ],
    ['checkObject', (v) => checkObject('opt', v), [{}, { a: 1 }], [null, [], 5, secret]],
    ['checkJson', (v) => checkJson('opt', v), [{ a: [1] }], [{ a: 1n }, circle, null, secret]],
  ])('%s takes what it should, names the option and never quotes a text', (_name, check, good, bad) => {
    for (const value of [undefined, ...good]) check(value);
    for (const value of bad) {
      let thrown: unknown;
      try {
        check(value);
      } catch (error) {
        thrown = error;
      }
      expect(PatchbayError.is(thrown), String(value)).toBe(true);
      expect(thrown).toMatchObject({ code: 'invalid-option', message: expect.stringMatching(/^opt must be /) });
      expect((thrown as Error).message).not.toContain('hidden');
    }
  });

  it('shows a number that is out of range', () => {
    expect(() => checkRange('speed', 9, [0.25, 4])).toThrow('speed must be between 0.25 and 4, not 9');
    expect(() => checkRange('speed', -1, [0, Infinity])).toThrow('speed must be at least 0, not -1');
  });

  it.each([
    ['an object', { 'x-a': '1', 'x-b': '2' }],
    [
      'pairs',
      [
        ['x-a', '1'],
        ['x-b', '2'],
      ],
    ],
    [
      'a Map',
      new Map([
        ['x-a', '1'],
        ['x-b', '2'],
      ]),
    ],
    ['Headers', new Headers({ 'x-a': '1', 'x-b': '2' })],
    ['URLSearchParams', new URLSearchParams('x-a=1&x-b=2')],
  ])('reads names and values of %s', (_name, source) => {
    expect(recordOf('headers', source)).toEqual({ 'x-a': '1', 'x-b': '2' });
  });

  it('gives a name that comes several times a list', () => {
    expect(recordOf('query', new URLSearchParams('a=1&a=2&a=3&b=4'))).toEqual({ a: ['1', '2', '3'], b: '4' });
  });

  it.each([
    ['text', secret],
    ['null', null],
    ['a number', 5],
    ['a list of texts', [secret]],
    ['a promise', Promise.resolve()],
  ])('refuses %s where names and values belong', (_name, source) => {
    expect(() => recordOf('headers', source)).toThrow(/^headers must be an object, or pairs, of names and values$/);
  });
});
