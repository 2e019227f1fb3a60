import { PatchbayError } from '@patchbay/ws-url';
import { fieldsOf } from './json-fields.ts';

// Checks of what a user wrote, also in JavaScript or out of a file. An absent option (`undefined`) passes all of them.
// Every error is a PatchbayError `invalid-option` that names the option; a value is shown only if it is a number, for
// anything else may be a key in the wrong place.

/** @throws PatchbayError `invalid-option`, always. */
export function refuseOption(option: string, must: string): never {
  throw new PatchbayError('invalid-option', `${option} must be ${must}`);
}

/** A finite number between two others, both included. */
export function checkRange(option: string, value: unknown, [low, high]: readonly [number, number]): void {
  if (value === undefined || (Number.isFinite(value) && (value as number) >= low && (value as number) <= high)) return;
  const range = high === Infinity ? `at least ${low}` : `between ${low} and ${high}`;
  refuseOption(option, typeof value === 'number' ? `${range}, not ${value}` : `a number, ${range}`);
}

/** The same check, of an option that 0 leaves to the service. */
export function orZero(check: typeof checkRange): typeof checkRange {
  return (option, value, range) => (value === 0 ? undefined : check(option, value, range));
}

/** A whole number between two others, both included. */
export function checkCount(option: string, value: unknown, range: readonly [number, number]): void {
  checkRange(option, value, range);
  if (value !== undefined && !Number.isInteger(value)) refuseOption(option, 'a whole number');
}

/** Milliseconds that something may take, at least 1; `Infinity`: as long as it takes. */
export function checkTimeout(option: string, value: unknown): void {
  if (value !== Infinity) checkRange(option, value, [1, Infinity]);
}

export function checkFlag(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') refuseOption(option, 'true or false');
}

/** Any text, also none. */
export function checkString(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') refuseOption(option, 'a string');
}

/** A text that says something. */
export function checkName(option: string, value: unknown): void {
  if (value !== undefined && (typeof value !== 'string' || value.trim() === '')) {
    refuseOption(option, 'a string that is not empty');
  }
}

/** A text of at least and at most so many characters; white space alone counts as none. */
export function checkLength(option: string, value: unknown, [least, most]: readonly [number, number]): void {
  if (value === undefined) return;
  if (typeof value === 'string' && value.trim().length >= least && value.length <= most) return;
  refuseOption(option, `a string of ${least} to ${most} characters`);
}

export function checkOneOf(option: string, value: unknown, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value as string)) {
    refuseOption(option, choices.map((choice) => `'${choice}'`).join(' or '));
  }
}

/** One of some numbers. */
export function checkNumber(option: string, value: unknown, choices: readonly number[]): void {
  if (value === undefined || choices.includes(value as number)) return;
  refuseOption(option, `one of ${choices.join(', ')}${typeof value === 'number' ? `, not ${value}` : ''}`);
}

/** A list of texts: at most so many, and none of more than so many characters. */
export function checkStrings(
  option: string,
  value: unknown,
  [most, longest]: readonly [number, number] = [Infinity, Infinity],
): void {
  if (value === undefined) return;
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) {
    refuseOption(option, 'a list of strings');
  }
  if (value.length > most) refuseOption(option, `a list of at most ${most} strings, not ${value.length}`);
  if (value.some(({ length }) => length > longest)) {
    refuseOption(option, `a list of strings of at most ${longest} characters`);
  }
}

/** A list of texts that say something. */
export function checkNames(option: string, value: unknown): void {
  checkStrings(option, value);
  if ((value as string[] | undefined)?.some((each) => each.trim() === '')) {
    refuseOption(option, 'a list of strings that are not empty');
  }
}

/** A list of texts, of at most so many words in all. */
export function checkPhrases(option: string, value: unknown, [most = Infinity]: readonly number[]): void {
  checkStrings(option, value);
  const words = (value as string[] | undefined)?.reduce((sum, each) => sum + (each.match(/\S+/g)?.length ?? 0), 0) ?? 0;
  if (words > most) refuseOption(option, `a list of at most ${most} words in all, not ${words}`);
}

/** Texts by name, as an object; no `Map`. */
export function checkTexts(option: string, value: unknown): void {
  checkObject(option, value);
  if (value === undefined) return;
  const isPlain = !(Symbol.iterator in (value as object));
  if (!isPlain || !Object.values(value as object).every((each) => typeof each === 'string')) {
    refuseOption(option, 'an object whose values are strings');
  }
}

/** A VAD or a tokenizer of LiveKit's, or whatever else makes streams. */
export function checkStreaming(option: string, value: unknown): void {
  if (value === undefined || typeof fieldsOf(value).stream === 'function') return;
  refuseOption(option, "one of LiveKit's, or another object with a method `stream()`");
}

/** How many channels are sent. */
export function checkMono(option: string, value: unknown): void {
  if (value !== undefined && value !== 1) refuseOption(option, '1: LiveKit’s audio is mixed down');
}

/** An object with fields; no list, and not `null`. */
export function checkObject(option: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuseOption(option, 'an object');
}

/** An object that can be sent: no `bigint` in it, and no circle. */
export function checkJson(option: string, value: unknown): void {
  checkObject(option, value);
  try {
    JSON.stringify(value);
  } catch {
    refuseOption(option, 'an object that can be written as JSON');
  }
}

/**
 * Names and values, as a plain object: of one, of pairs, or of anything that gives pairs (`Map`, `Headers`,
 * `URLSearchParams`). A name that comes several times gets a list. The values are not checked.
 */
export function recordOf(option: string, source: unknown): Record<string, unknown> {
  const shape = 'an object, or pairs, of names and values';
  if (source === undefined) return {};
  if (typeof source !== 'object' || source === null) return refuseOption(option, shape);
  if (!(Symbol.iterator in source)) {
    return Object.prototype.toString.call(source) === '[object Object]' ? { ...source } : refuseOption(option, shape);
  }
  const values = new Map<string, unknown>();
  for (const pair of source as Iterable<unknown>) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') return refuseOption(option, shape);
    const [name, value] = pair as [string, unknown];
    values.set(name, values.has(name) ? [values.get(name), value].flat() : value);
  }
  return Object.fromEntries(values);
}
