import { checkObject, refuseOption } from './check-options.ts';

/**
 * What holds unless the user says otherwise, what checks what the user says, and within which bounds. `null` and
 * `undefined`: nothing holds, and `null` takes back what was said.
 */
export type OptionRule<Value> =
  | readonly [unless: Value, check: (option: string, value: unknown) => void]
  | Bounded<Value, readonly [least: number, most: number]>
  | Bounded<Value, readonly number[]>
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
 * What the user said of these options, over what held before; at first, over the defaults. `undefined` says nothing;
 * `null` says "none" of an option that has no default. Lists and objects are copied: whoever changes one and gives it
 * again says something new. At first, what no rule is for is somebody else's; later it is refused, for it was decided then.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function resolveOptions<Options extends object>(
  rules: OptionRules<Options>,
  given: Partial<Options> = {},
  before?: Options,
): Options {
  checkObject('options', given);
  if (before !== undefined) checkChangeable(rules, given);
  const resolved: Options = { ...(before ?? defaultsOf(rules)) };
  for (const [name, [unless, check, bounds]] of entriesOf(rules)) {
    const value = given[name];
    if (value === undefined) continue;
    if (value === null && (unless === undefined || unless === null)) {
      resolved[name] = unless as never;
      continue;
    }
    check(name, value, bounds);
    resolved[name] = copyOf(value);
  }
  return resolved;
}

/**
 * Options of which these are not set where they are empty: what an unset variable leads to.
 */
export function withoutEmpty<Options extends object>(options: Options, ...names: (keyof Options)[]): Options {
  const empty = names.filter((name) => (options as Options | null)?.[name] === '');
  return empty.length === 0 ? options : { ...options, ...Object.fromEntries(empty.map((name) => [name, undefined])) };
}

function checkChangeable(rules: object, given: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(rules, name)) continue;
    const advice = name === 'apiKey' ? 'for a key that changes, give apiKey a function' : 'make another one';
    refuseOption(name, `left out: it is decided at construction (${advice})`);
  }
}

/** Plain data is copied; a VAD, or what else has methods, is somebody's. */
function copyOf<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
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
