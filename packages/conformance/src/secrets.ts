import { randomBytes } from 'node:crypto';
import { format, inspect } from 'node:util';

/** What a cell's connection is configured with and nobody may ever see. */
export interface Secrets {
  key: string;
  header: string;
  token: string;
  password: string;
}

const word = (): string => randomBytes(9).toString('hex');

/** Others for every cell, so that what is found can be told to it. */
export function newSecrets(): Secrets {
  return { key: `sk-${word()}`, header: `hdr${word()}`, token: `tok${word()}`, password: `pwd${word()}` };
}

/** Every form in which they could be met: as they are, and as HTTP and URLs carry them. */
export function formsOf(secrets: Secrets): string[] {
  const values = Object.values(secrets) as string[];
  const basic = Buffer.from(`caller:${secrets.password}`).toString('base64');
  return [
    ...values,
    basic,
    ...values.map((value) => Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -2)),
  ];
}

/** Which of them are in a text. */
export function leaksIn(text: string, secrets: Secrets, where: string): string[] {
  return formsOf(secrets).some((form) => text.includes(form))
    ? [`${Object.entries(secrets).find(([, value]) => text.includes(value as string))?.[0] ?? 'encoded'} in ${where}`]
    : [];
}

/** Every way in which somebody who debugs a call prints what is at hand. */
export function picturesOf(value: unknown): string {
  return [
    inspected(value),
    formatted('%j', value),
    formatted('%s', value),
    json(value),
    ...(typeof value === 'object' && value !== null ? gettersOf(value) : []),
    ...chainOf(value),
  ].join('\n');
}

/** Some of Node's own getters throw when they are looked at. */
function inspected(value: unknown): string {
  const options = { depth: 8, showHidden: true, maxStringLength: 20_000, maxArrayLength: 500 };
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
