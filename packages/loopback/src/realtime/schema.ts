import { invalidRequest, missingParameter } from '../http/errors.ts';

/** What a value must look like. Failures are worded as the service words them. */
export interface Rule {
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'any';
  /** Other values that are allowed whatever the type, e.g. `null` or `'inf'`. */
  or?: readonly unknown[];
  /** An object is also allowed in its place. */
  orObject?: Readonly<Record<string, Rule>>;
  values?: readonly string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  items?: Rule;
  /** Members; anything else is an unknown parameter. Left out: any members. */
  fields?: Readonly<Record<string, Rule>>;
  /** Of `fields`. */
  required?: readonly string[];
}

/** Throws the service's complaint about the first thing in `value` that the rule does not allow. */
export function check(value: unknown, rule: Rule, path: string): void {
  if (value === undefined || rule.type === 'any' || rule.or?.includes(value)) return;
  const actual = typeName(value);
  if (rule.orObject && actual === 'an object') return checkFields(value as object, rule.orObject, [], path);
  if (!matches(value, rule.type)) {
    throw invalidRequest(`Invalid type for '${path}': expected ${article(rule.type)}, but got ${actual} instead.`, {
      code: 'invalid_type',
      param: path,
    });
  }
  if (typeof value === 'string') checkString(value, rule, path);
  if (typeof value === 'number') checkNumber(value, rule, path);
  if (Array.isArray(value) && rule.items) {
    for (const [index, item] of value.entries()) check(item, rule.items, `${path}[${index}]`);
  }
  if (rule.type === 'object' && rule.fields) checkFields(value as object, rule.fields, rule.required ?? [], path);
}

function checkFields(
  value: object,
  fields: Readonly<Record<string, Rule>>,
  required: readonly string[],
  path: string,
): void {
  const prefix = path ? `${path}.` : '';
  for (const name of required) {
    if (!(name in value)) throw missingParameter(prefix + name);
  }
  for (const [name, member] of Object.entries(value)) {
    const rule = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!rule) {
      throw invalidRequest(`Unknown parameter: '${prefix}${name}'.`, {
        code: 'unknown_parameter',
        param: prefix + name,
      });
    }
    check(member, rule, prefix + name);
  }
}

function checkString(value: string, rule: Rule, path: string): void {
  if (rule.values && !rule.values.includes(value)) throw unsupportedValue(value, rule.values, path);
  if (rule.maxLength !== undefined && value.length > rule.maxLength) {
    throw invalidRequest(
      `Invalid '${path}': string too long. Expected a string with maximum length ${rule.maxLength}, but got a string with length ${value.length} instead.`,
      { code: 'string_above_max_length', param: path },
    );
  }
}

function checkNumber(value: number, rule: Rule, path: string): void {
  const kind = rule.type === 'integer' ? 'integer' : 'decimal';
  if (rule.minimum !== undefined && value < rule.minimum) {
    throw invalidRequest(
      `Invalid '${path}': ${kind} below minimum value. Expected a value >= ${rule.minimum}, but got ${value} instead.`,
      { code: `${kind}_below_min_value`, param: path },
    );
  }
  if (rule.maximum !== undefined && value > rule.maximum) {
    throw invalidRequest(
      `Invalid '${path}': ${kind} above maximum value. Expected a value <= ${rule.maximum}, but got ${value} instead.`,
      { code: `${kind}_above_max_value`, param: path },
    );
  }
}

/** `Invalid value: 'x'. Supported values are: 'a', 'b', and 'c'.` */
export function unsupportedValue(value: string, values: readonly string[], param: string): Error {
  const quoted = values.map((supported) => `'${supported}'`);
  const last = quoted.pop();
  const list = quoted.length > 1 ? `${quoted.join(', ')}, and ${last}` : [...quoted, last].join(' and ');
  return invalidRequest(`Invalid value: '${value}'. Supported values are: ${list}.`, { code: 'invalid_value', param });
}

function matches(value: unknown, type: Rule['type']): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeName(value) === 'an object';
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number';
  return article(typeof value);
}

function article(type: string): string {
  const name = type === 'number' ? 'decimal' : type;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}
