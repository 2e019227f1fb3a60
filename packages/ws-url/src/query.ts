import { PatchbayError } from './errors.ts';
import type { Query, QueryValue } from './types.ts';

/** One parameter, not yet encoded. */
export type Parameter = readonly [key: string, value: string];

/** Flattens a query: arrays repeat their key, `undefined` is left out. */
export function parametersOf(query: Query | undefined, option: string): Parameter[] {
  if (query === undefined) return [];
  if (typeof query !== 'object' || query === null || Array.isArray(query)) {
    throw new PatchbayError('invalid-option', `\`${option}\` must be an object of query parameters.`);
  }
  const parameters: Parameter[] = [];
  for (const [key, entry] of Object.entries(query)) {
    for (const value of Array.isArray(entry) ? (entry as readonly QueryValue[]) : [entry as QueryValue | undefined]) {
      if (value !== undefined) parameters.push([key, textOf(key, value, option)]);
    }
  }
  return parameters;
}

function textOf(key: string, value: QueryValue, option: string): string {
  const usable = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  // A lone surrogate has no UTF-8 form, so it cannot be percent-encoded; who decodes a line break may trip over it.
  if (key !== '' && usable && !/[\p{Surrogate}\r\n\0]/u.test(`${key}${value}`)) return String(value);
  throw new PatchbayError(
    'invalid-option',
    `\`${option}\` may hold strings without line breaks, finite numbers, booleans and arrays of them under non-empty names.`,
  );
}

/** The parameters of a URL's query, decoded as far as that is possible. */
export function readQuery(search: string): Parameter[] {
  return search
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
    });
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** Appends parameters to a query without touching a byte of what is there. */
export function appendQuery(search: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return search;
  const added = parameters.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  if (search === '' || search === '?') return `?${added}`;
  return search.endsWith('&') ? search + added : `${search}&${added}`;
}

/** Names that are never secrets, however long their values are. */
const plainNames = new Set(['model', 'deployment', 'intent', 'api-version', 'ai-model-id', 'resource', 'call_id']);

/** Whether a query parameter, header or JSON field of this name holds a secret. */
export const secretName: RegExp =
  /(?:key|token|secret|signature|sig|auth|authorization|password|passwd|pwd|credentials?|jwt|ticket)$/i;

/** The values of a query that must never be shown. */
export function secretsOfQuery(search: string): string[] {
  return readQuery(search)
    .filter(([key, value]) => secretName.test(key) || (!plainNames.has(key) && looksLikeToken(value)))
    .map(([, value]) => value);
}

function looksLikeToken(value: string): boolean {
  return value.length >= 20 && /\d/.test(value) && /[a-z]/i.test(value) && !/\s/.test(value);
}

/** Removes one equal parameter, if there is one. */
export function take(parameters: Parameter[], [key, value]: Parameter): boolean {
  const at = parameters.findIndex((each) => each[0] === key && each[1] === value);
  if (at >= 0) parameters.splice(at, 1);
  return at >= 0;
}
