import { checkObject } from './check-options.ts';

/** What holds unless the user says otherwise, what checks what the user says, and within which bounds. */
export type OptionRule<Value> =
  | readonly [unless: Value, check: (option: string, value: unknown) => void]
  | Bounded<Value, readonly [least: number, most: number]>
  | Bounded<Value, readonly string[]>;

type Bounded<Value, Bounds> = readonly [
  unless: Value,
  check: (option: string, value: unknown, bounds: Bounds) => void,
  bounds: Bounds,
];

/**
 * A rule for each option of a class, so that none is forgotten: neither its default nor its check.
 *
 * @example
 * ```ts
 * const rules: OptionRules<ListenOptions> = {
 *   model: ['ears-2', checkName],
 *   sampleRate: [16_000, checkCount, [8_000, 48_000]],
 *   tags: [undefined, checkStrings],
 * };
 * ```
 */
export type OptionRules<Options extends object> = { readonly [Name in keyof Options]-?: OptionRule<Options[Name]> };

/**
 * What the user said of these options, over what held before; at first, over the defaults. `undefined` says nothing, and
 * neither does `null` where it is the default.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveOptions<Options extends object>(
  rules: OptionRules<Options>,
  given: Partial<Options>,
  before: Options = defaultsOf(rules),
): Options {
  checkObject('options', given);
  const resolved: Options = { ...before };
  for (const [name, [unless, check, bounds]] of entriesOf(rules)) {
    const value = given[name];
    if (value === undefined) continue;
    if (value !== null || unless !== null) check(name, value, bounds);
    resolved[name] = value;
  }
  return resolved;
}

function defaultsOf<Options extends object>(rules: OptionRules<Options>): Options {
  const defaults = entriesOf(rules).flatMap(([name, [unless]]) => (unless === undefined ? [] : [[name, unless]]));
  return Object.fromEntries(defaults) as Options;
}

/** A rule without its types: which bounds go with which check is settled where it is written. */
type AnyRule = readonly [unless: unknown, check: (option: string, value: unknown, bounds: unknown) => void, unknown];

function entriesOf<Options extends object>(rules: OptionRules<Options>): [keyof Options & string, AnyRule][] {
  return Object.entries(rules) as never;
}
