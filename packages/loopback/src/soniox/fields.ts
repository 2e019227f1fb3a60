import type { JsonObject } from '../http/json.ts';
import type { SonioxError } from './errors.ts';

/** The fields of a message, read with the error that a wrong type is told by. `null` is as good as none. */
export class Fields {
  readonly #values: JsonObject;
  readonly #wrong: (name: string) => SonioxError;

  constructor(values: JsonObject, wrong: (name: string) => SonioxError) {
    this.#values = values;
    this.#wrong = wrong;
  }

  text(name: string): string | undefined {
    return this.#read(name, (value) => typeof value === 'string');
  }

  flag(name: string): boolean {
    return this.#read(name, (value) => typeof value === 'boolean') ?? false;
  }

  number(name: string, [minimum, maximum]: readonly [number, number] = [-Infinity, Infinity]): number | undefined {
    return this.#read(
      name,
      (value): value is number => typeof value === 'number' && value >= minimum && value <= maximum,
    );
  }

  integer(name: string, range?: readonly [number, number]): number | undefined {
    const value = this.number(name, range);
    if (value === undefined || Number.isInteger(value)) return value;
    throw this.#wrong(name);
  }

  texts(name: string): string[] | undefined {
    return this.#read(
      name,
      (value): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string'),
    );
  }

  #read<Value>(name: string, is: (value: unknown) => value is Value): Value | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    if (value === undefined || value === null) return undefined;
    if (is(value)) return value;
    throw this.#wrong(name);
  }
}
