import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  checkCount,
  checkFlag,
  checkLength,
  checkMono,
  checkOneOf,
  checkStreaming,
  checkStrings,
} from './check-options.ts';
import { resolveOptions, unsetWhere, type OptionRules } from './option-rules.ts';

interface EarOptions {
  model: string;
  numChannels: number;
  format: 'loud' | 'soft';
  pauseMs?: number | null;
  quick: boolean;
  tags?: string[];
}

const rules: OptionRules<EarOptions> = {
  model: ['ears-2', checkLength, [1, 8]],
  numChannels: [1, checkMono],
  format: ['soft', checkOneOf, ['loud', 'soft']],
  pauseMs: [null, checkCount, [100, 900]],
  quick: [false, checkFlag],
  tags: [undefined, checkStrings],
};
const defaults = { model: 'ears-2', numChannels: 1, format: 'soft', pauseMs: null, quick: false };

describe('options by rules', () => {
  it('are their defaults where nothing is said; those that have none are not there', () => {
    expect(resolveOptions(rules, {})).toStrictEqual(defaults);
    const unset = { model: undefined, tags: undefined } as object;
    expect(resolveOptions<EarOptions>(rules, unset)).toStrictEqual(defaults);
  });

  it('are what is said over what held before, and nothing that no rule is for', () => {
    const before = resolveOptions(rules, { quick: true, tags: ['a'], pauseMs: 200 });
    const given = { model: 'ears-3', pauseMs: null };
    expect(resolveOptions(rules, given, before)).toStrictEqual({
      ...defaults,
      ...{ model: 'ears-3', quick: true, tags: ['a'] },
    });
    expect(before.model).toBe('ears-2');
    expect(resolveOptions(rules, { apiKey: 'k' } as object)).toStrictEqual(defaults);
    expect(resolveOptions(rules, undefined, before)).toStrictEqual(before);
  });

  it('that no rule is for are refused when they are given later, and are told to be decided', () => {
    const later = (given: object) => () => resolveOptions(rules, given, defaults as EarOptions);
    expect(later({ baseURL: 'https://x.test' })).toThrow(/^baseURL must be left out: it is decided at construction/);
    expect(later({ apiKey: 'sk-hidden' })).toThrow(/^apiKey .* decided at construction \(.*give apiKey a function\)$/);
    expect(later({ apiKey: undefined })()).toStrictEqual(defaults);
  });

  it('without a default are taken back by null', () => {
    const before = resolveOptions(rules, { tags: ['a'], pauseMs: 200 });
    const after = resolveOptions<EarOptions>(rules, { tags: null, pauseMs: null } as object, before);
    expect([after.tags, after.pauseMs]).toEqual([undefined, null]);
  });

  it('are copied where they are lists and objects, so that a change of them is none of ours', () => {
    const tags = ['a'];
    const before = resolveOptions(rules, { tags });
    tags.push('b');
    expect(before.tags).toEqual(['a']);
    expect(resolveOptions(rules, { tags }, before).tags).toEqual(['a', 'b']);
  });

  it('are copied whoever watches them, and whatever they are made of', () => {
    const copied = (value: object) => resolveOptions<{ value: unknown }>({ value: [null, () => {}] }, { value }).value;
    const texts = Object.assign(Object.create(null) as object, { a: 'b', deep: ['c'] });
    const foreign = runInNewContext('({ a: ["b"] })') as object;
    for (const value of [new Proxy(['a'], {}), texts, new Proxy(texts, {}), foreign, [new Proxy({ a: 1 }, {})]]) {
      const copy = copied(value);
      expect(copy).not.toBe(value);
      expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
    }
    const copy = copied(texts) as { deep: string[] };
    (texts as typeof copy).deep.push('d');
    expect(copy.deep).toEqual(['c']);
    const named = JSON.parse('{"__proto__":"x"}') as object;
    expect(Object.entries(copied(named) as object)).toEqual([['__proto__', 'x']]);
    const circle: unknown[] = [];
    circle.push(circle);
    expect((copied(circle) as unknown[])[0]).not.toBe(circle);
  });

  it('that are somebody’s object stay that object', () => {
    class Vad {
      stream(): void {}
    }
    for (const vad of [new Vad(), { stream() {} }])
      expect(resolveOptions<{ vad: object | null }>({ vad: [null, checkStreaming] }, { vad }).vad).toBe(vad);
  });

  it('that are empty or null may stand for what is not set', () => {
    const where = { model: ['', null], format: [''] } as const;
    for (const model of ['', null]) expect(unsetWhere({ model, format: 'loud' }, where)).toEqual({ format: 'loud' });
    expect(unsetWhere({ model: 'ears', format: null }, where)).toEqual({ model: 'ears', format: null });
    expect(unsetWhere(null as never, where)).toBeNull();
  });

  it.each<[string, unknown, string]>([
    ['model', '', 'model must be a string of 1 to 8 characters'],
    ['model', 'ears-2000', 'model must be a string of 1 to 8 characters'],
    ['model', null, 'model must be a string of 1 to 8 characters'],
    ['numChannels', 2, 'numChannels must be 1: LiveKit’s audio is mixed down'],
    ['format', 'silent', "format must be 'loud' or 'soft'"],
    ['pauseMs', 50, 'pauseMs must be between 100 and 900, not 50'],
    ['quick', null, 'quick must be true or false'],
    ['tags', 'a', 'tags must be a list of strings'],
  ])('are refused by name: %s: %j', (name, value, message) => {
    expect(() => resolveOptions(rules, { [name]: value })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message }),
    );
  });

  it('are an object', () => {
    expect(() => resolveOptions(rules, 'sk-hidden' as never)).toThrow(/^options must be an object$/);
  });
});
