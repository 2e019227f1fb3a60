import { describe, expect, it } from 'vitest';
import { checkCount, checkFlag, checkLength, checkMono, checkOneOf, checkStrings } from './check-options.ts';
import { resolveOptions, type OptionRules } from './option-rules.ts';

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
    const given = { model: 'ears-3', apiKey: 'k', pauseMs: null };
    expect(resolveOptions(rules, given, before)).toStrictEqual({
      ...defaults,
      ...{ model: 'ears-3', quick: true, tags: ['a'] },
    });
    expect(before.model).toBe('ears-2');
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
