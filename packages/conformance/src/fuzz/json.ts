import type { Random } from './random.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Holder = Record<string | number, Json>;

/** Names that mean something to every object, or nothing to anybody. */
export const oddNames: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  '',
  ' local',
  '0',
];

/** As text, because not all of them survive `JSON.stringify`. */
const oddValues: readonly string[] = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '1e999',
  '-1e999',
  '1e-400',
  '9007199254740993',
  '0.1',
  '""',
  '" "',
  '"\\ud800"',
  '"\\u0000"',
  '"NaN"',
  '[]',
  '[null]',
  '[[[[]]]]',
  '{}',
  '{"type":null}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":null,"valueOf":null}',
  '{"length":-1}',
  '{"then":1}',
  ...oddNames.map((name) => JSON.stringify(name)),
];

const huge = [
  (random: Random): string => JSON.stringify('x'.repeat(random.below(20_000))),
  (random: Random): string => `[${'0,'.repeat(random.below(2_000))}0]`,
  (random: Random): string => nested('[', ']', random.below(9_000)),
  (random: Random): string => nested('{"a":', '}', random.below(5_000)),
  (random: Random): string => JSON.stringify(random.bytes(random.below(2_000)).toString('base64')),
  (random: Random): string => JSON.stringify(random.bytes(random.below(64)).toString('utf16le')),
];

/** One value that nobody asked for, as JSON text. */
export function oddValue(random: Random): string {
  return random.chance(0.08) ? random.pick(huge)(random) : random.pick(oddValues);
}

/** Stands in for what is put in as text afterwards. */
const mark = '\u0001odd\u0001';

/**
 * Changes a JSON text where a careless server would: values of other types, missing, doubled and renamed members, parts
 * of other messages. `others` are texts to take parts from. What is no JSON comes back as it is.
 */
export function mutateJson(text: string, random: Random, others: readonly string[]): string {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return oddValue(random);
  const odds: string[] = [];
  for (let times = 1 + random.below(3); times > 0; times--) change(value, random, others, odds);
  let result = JSON.stringify(value);
  for (const odd of odds) result = result.replace(JSON.stringify(mark), () => odd);
  // Twice the same name is JSON too.
  if (random.chance(0.02)) result = result.replace(/^\{/, () => `{"type":${oddValue(random)},`);
  return result;
}

function change(root: Json, random: Random, others: readonly string[], odds: string[]): void {
  const holders: Holder[] = [];
  collect(root, holders);
  const holder = random.pick(holders);
  const names = Object.keys(holder);
  const name = names.length === 0 ? 'type' : random.pick(names);
  const odd = (): Json => {
    odds.push(oddValue(random));
    return mark;
  };
  switch (random.below(8)) {
    case 0:
      delete holder[name];
      return;
    case 1:
      return put(holder, random.pick(oddNames), holder[name] ?? odd());
    case 2:
      return put(holder, random.pick(oddNames), odd());
    case 3:
      return put(holder, name, [holder[name] ?? null, holder[name] ?? null]);
    case 4: {
      const other = parse(random.pick(others));
      const parts: Holder[] = [];
      if (other !== undefined) collect(other, parts);
      if (parts.length === 0) return;
      const part = random.pick(parts);
      const [member, value] = random.pick([...Object.entries(part), ['type', null] as const]);
      return put(holder, random.chance(0.5) ? name : member, value);
    }
    case 5:
      if (typeof holder[name] === 'string') return put(holder, name, random.pick(oddNames));
      return put(holder, name, odd());
    default:
      return put(holder, name, odd());
  }
}

/** As JSON does it: `__proto__` is a name like any other. */
function put(holder: Holder, name: string, value: Json): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

function collect(value: Json, holders: Holder[]): void {
  if (typeof value !== 'object' || value === null) return;
  holders.push(value as Holder);
  for (const inner of Object.values(value)) collect(inner, holders);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function nested(open: string, close: string, depth: number): string {
  return open.repeat(depth) + (open === '[' ? '' : '0') + close.repeat(depth);
}
