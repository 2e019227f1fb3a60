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
    resolved[name] = copyOf(value) as never;
  }
  return resolved;
}

/**
 * Options of which some are not set where they are one of these: empty is what an unset variable leads to, and so is
 * `null` where it cannot say "none".
 */
export function unsetWhere<Options extends object>(
  options: Options,
  values: Readonly<Partial<Record<keyof Options, readonly ('' | null)[]>>>,
): Options {
  const unset = Object.entries<readonly unknown[] | undefined>(values).flatMap(([name, each]) =>
    each?.includes((options as Options | null)?.[name as keyof Options]) === true ? [[name, undefined]] : [],
  );
  return unset.length === 0 ? options : { ...options, ...(Object.fromEntries(unset) as object) };
}

function checkChangeable(rules: object, given: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(rules, name)) continue;
    const advice = name === 'apiKey' ? 'for a key that changes, give apiKey a function' : 'make another one';
    refuseOption(name, `left out: it is decided at construction (${advice})`);
  }
}

/**
 * Plain data is copied, as deep as it goes, whoever watches it: proxies too, which `structuredClone` refuses. A VAD, or
 * what else has methods, is somebody's.
 */
function copyOf(value: unknown, copies: Map<unknown, unknown> = new Map<unknown, unknown>()): unknown {
  if (typeof value !== 'object' || value === null || !isData(value)) return value;
  if (copies.has(value)) return copies.get(value);
  const copy: object = Array.isArray(value) ? [] : {};
  copies.set(value, copy);
  for (const [name, each] of Object.entries(value)) {
    // Assigned, one that is called `__proto__` would be lost.
    const data = { value: copyOf(each, copies), enumerable: true, writable: true, configurable: true };
    Object.defineProperty(copy, name, data);
  }
  return copy;
}

/** A list, or an object of no class, also of another realm's. */
function isData(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain && Object.values(value).every((each) => typeof each !== 'function');
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
