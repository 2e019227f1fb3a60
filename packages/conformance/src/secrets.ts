import { randomBytes } from 'node:crypto';
import { format, inspect } from 'node:util';

/** What a cell's connection is configured with and nobody may ever see. */
export interface Secrets {
  key: string;
  header: string;
  token: string;
  password: string;
}

const word = (bytes: number): string => randomBytes(bytes).toString('hex');

/** How much of the beginning and of the end of a secret is plain. */
const plainLength = 10;

/** Nothing tells that it is one, and it holds what URLs, HTML and JSON escape. */
const newSecret = (): string => `${word(plainLength / 2)}/${word(2)}+${word(plainLength / 2)}=`;

/** Others for every cell, so that what is found can be told to it. */
export function newSecrets(): Secrets {
  return { key: newSecret(), header: newSecret(), token: newSecret(), password: newSecret() };
}

/**
 * By what a secret is met: its beginning and its end, which no escape changes and which are left of it where it is cut,
 * and what it looks like where every character is escaped, or in base64 behind anything.
 */
export function formsOf(secrets: Secrets): string[] {
  return (Object.values(secrets) as string[]).flatMap(marksOf);
}

function marksOf(secret: string): string[] {
  const beginning = secret.slice(0, plainLength);
  const units = [...beginning].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const encoded = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    return bytes.toString('base64').slice(4, 20);
  });
  return [beginning, secret.slice(-1 - plainLength, -1), units.join(''), ...encoded];
}

/** Which of them are in a text. */
export function leaksIn(text: string, secrets: Secrets, where: string): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => marksOf(secret as string).some((mark) => text.includes(mark)))
    .map(([name]) => `${name} in ${where}`);
}

/** Every way in which somebody who debugs a call prints what is at hand. `depth`: of what is looked at, to its bottom if asked. */
export function picturesOf(value: unknown, depth = 8): string {
  return [
    inspected(value, depth),
    formatted('%j', value),
    formatted('%s', value),
    json(value),
    ...(typeof value === 'object' && value !== null ? gettersOf(value) : []),
    ...chainOf(value),
  ].join('\n');
}

/** Some of Node's own getters throw when they are looked at. */
function inspected(value: unknown, depth: number): string {
  const options = { depth, showHidden: true, maxStringLength: 20_000, maxArrayLength: 500 };
  try {
    return inspect(value, { ...options, getters: true });
  } catch (error) {
    return String(error);
  }
}

function formatted(as: string, value: unknown): string {
  try {
    return format(as, value);
  } catch (error) {
    return String(error);
  }
}

function json(value: unknown): string {
  const met = new Set<unknown>();
  try {
    return (
      JSON.stringify(value, (_key, inner: unknown) => {
        if (typeof inner === 'bigint') return String(inner);
        if (typeof inner !== 'object' || inner === null) return inner;
        return met.has(inner) ? undefined : (met.add(inner), inner);
      }) ?? ''
    );
  } catch (error) {
    return String(error);
  }
}

/** What its getters hand out, at any height of the chain. */
function gettersOf(value: object): string[] {
  const texts: string[] = [];
  for (let level: unknown = value; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (!descriptor.get) continue;
      try {
        texts.push(format(Reflect.get(value, name)));
      } catch {
        // It could not be printed either.
      }
    }
  }
  return texts;
}

/** Message, stack and causes of an error. */
function chainOf(value: unknown): string[] {
  const texts: string[] = [];
  let link: unknown = (value as { error?: unknown } | null)?.error ?? value;
  for (let depth = 0; link instanceof Error && depth < 8; link = link.cause, depth++) {
    texts.push(link.message, String(link.stack), json(link), json({ ...link }));
  }
  return texts;
}
