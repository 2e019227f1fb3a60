import { inspect } from 'node:util';
import type { ConnectionOptions } from '@patchbay/ws-url';
import { checkNetwork, type NetworkOptions } from '@patchbay/ws-session';

/** What a user may say about the way to the provider, on every class of every plugin. */
export interface ConnectOptions extends ConnectionOptions, NetworkOptions {}

/** An environment variable as it is now; empty and blank ones count as absent. Read at construction, never at import. */
export function environment(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/**
 * The parts of an options object that say where to connect and how; everything else is the plugin's own.
 * Absent keys stay absent.
 *
 * @throws PatchbayError `invalid-option` for an agent or a proxy that nothing could be dialled with.
 */
export function connectOptionsOf(options: ConnectOptions): ConnectOptions {
  checkNetwork(options);
  const result: ConnectOptions = {};
  for (const key of connectKeys) {
    if (options[key] !== undefined) (result as Record<string, unknown>)[key] = options[key];
  }
  return result;
}

const connectKeys = [
  'baseURL',
  'gateway',
  'apiKey',
  'headers',
  'query',
  'model',
  'modelIn',
  'allowInsecure',
  'agent',
  'proxy',
] as const satisfies readonly (keyof ConnectOptions)[];

/** Holds a value that must never be shown: not by `console.log`, not by `JSON.stringify`, not in a template. */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
    Object.defineProperty(this, inspect.custom, { value: () => this.toString() });
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}
