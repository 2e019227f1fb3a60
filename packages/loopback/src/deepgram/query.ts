import { invalidQuery } from './errors.ts';

interface Range {
  minimum?: number;
  maximum?: number;
}

/** The query of a request, in which a key may be repeated. What cannot be read is answered by name. */
export class Query {
  readonly #params: URLSearchParams;

  constructor(params: URLSearchParams) {
    this.#params = params;
  }

  /** Refuses every name but these. */
  only(names: readonly string[]): void {
    const unknown = [...this.#params.keys()].find((name) => !names.includes(name));
    if (unknown === undefined) return;
    throw invalidQuery(
      `unknown field \`${unknown}\`, expected one of ${names.map((name) => `\`${name}\``).join(', ')}`,
    );
  }

  has(name: string): boolean {
    return this.#params.has(name);
  }

  text(name: string): string | undefined {
    return this.#params.get(name) ?? undefined;
  }

  list(name: string): string[] {
    return this.#params.getAll(name);
  }

  /** `true` or `false`; not set is `false`. */
  flag(name: string): boolean {
    const value = this.text(name);
    if (value === undefined || value === 'true' || value === 'false') return value === 'true';
    throw invalidQuery(`${name}: provided string was not \`true\` or \`false\``);
  }

  number(name: string, { minimum = -Infinity, maximum = Infinity }: Range = {}): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number)) throw invalidQuery(`${name}: invalid float literal`);
    if (number < minimum || number > maximum) {
      throw invalidQuery(`${name}: ${value} is not between ${minimum} and ${maximum}`);
    }
    return number;
  }

  integer(name: string, range: Range = {}): number | undefined {
    const number = this.number(name, range);
    if (number === undefined || Number.isInteger(number)) return number;
    throw invalidQuery(`${name}: invalid digit found in string`);
  }
}
