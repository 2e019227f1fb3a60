import { faultCatalogue, parametersOf } from './catalogue.ts';
import type { FaultKind, FaultParameter } from './catalogue.ts';
import { isMessageType } from './message-type.ts';
import { FaultError } from './types.ts';
import type { Fault } from './types.ts';

/**
 * Reads `NAME[:VALUE][,key=value…]`, e.g. `stall-after:3`, `drop-at:response.created`,
 * `refuse:503,times=2,path=/v1/responses,retry-after=1`. Throws a {@link FaultError} that lists what exists.
 */
export function parseFault(text: string): Fault {
  const [head = '', ...settings] = text.split(',');
  const colon = head.indexOf(':');
  const name = colon < 0 ? head : head.slice(0, colon);
  const kind = kindOf(name);
  const fault: Record<string, unknown> = { name };
  if (colon >= 0) {
    if (!kind.value) throw new FaultError(`'${name}' takes nothing behind a colon. ${usage(kind)}`);
    fault[kind.value] = read(kind.value, head.slice(colon + 1));
  }
  for (const setting of settings) {
    const [key = '', ...rest] = setting.split('=');
    const parameter = camel(key) as FaultParameter;
    if (rest.length === 0) throw new FaultError(`'${setting}' is no key=value. ${usage(kind)}`);
    if (Object.hasOwn(fault, parameter))
      throw new FaultError(`'${key}' of '${name}' is said twice: say it once. ${usage(kind)}`);
    fault[parameter] = read(parameter, rest.join('='));
  }
  return checkFault(fault as unknown as Fault);
}

/** Throws a {@link FaultError} for a fault that does not exist, or not like this. */
export function checkFault(fault: Fault): Fault {
  const kind = kindOf(fault.name);
  const known = parametersOf(kind);
  for (const [key, value] of Object.entries(fault)) {
    if (key === 'name' || value === undefined) continue;
    if (!known.includes(key as FaultParameter))
      throw new FaultError(`'${fault.name}' has no '${kebab(key)}'. ${usage(kind)}`);
    const wanted = special[fault.name]?.[key as FaultParameter] ?? wants[key as FaultParameter];
    if (!wanted.holds(value)) {
      throw new FaultError(`'${kebab(key)}' of '${fault.name}' wants ${wanted.what}, not '${String(value)}'.`);
    }
  }
  return fault;
}

/** The kind of that name. Throws a {@link FaultError} that lists all names. */
export function kindOf(name: string): FaultKind {
  const kind = faultCatalogue.find((each) => each.name === name);
  if (kind) return kind;
  const names = faultCatalogue.map((each) => each.name).join(', ');
  throw new FaultError(`There is no fault named '${name}'. There are: ${names}.`);
}

/** How a kind of fault is written: `refuse[:STATUS][,retry-after=…][,body=…][,times=…][,path=…]`. */
export function formOf(kind: FaultKind): string {
  const value = kind.value && `[:${kind.value === 'at' ? 'POINT' : kind.value.toUpperCase()}]`;
  const rest = parametersOf(kind).filter((parameter) => parameter !== kind.value);
  return `${kind.name}${value ?? ''}${rest.map((parameter) => `[,${kebab(parameter)}=…]`).join('')}`;
}

function usage(kind: FaultKind): string {
  return `It is written ${formOf(kind)}.`;
}

interface Wanted {
  what: string;
  holds(value: unknown): boolean;
}

const whole = (least: number, most: number, what: string): Wanted => ({
  what,
  holds: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
});
const number = (least: number, most: number, what: string): Wanted => ({
  what,
  holds: (value) => typeof value === 'number' && value >= least && value <= most,
});
const text: Wanted = { what: 'text', holds: (value) => typeof value === 'string' };

const many = 1_000_000_000;
const dayMs = 86_400_000;
/** A wall clock may be wrong by years, either way. */
const yearsMs = 10 * 365 * dayMs;
/** For so long whoever blocks itself hears nobody who wants it back. */
const longestBlockMs = 600_000;

/** Those that a frame may carry, and 1005 for none. https://www.rfc-editor.org/rfc/rfc6455#section-7.4 */
function isCloseCode(value: unknown): boolean {
  if (!Number.isInteger(value)) return false;
  const code = Number(value);
  return (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1006) || (code >= 3000 && code <= 4999);
}

const wants: Readonly<Record<FaultParameter, Wanted>> = {
  at: {
    what: "a count of messages, or a message's type as in response.created or response.created#2",
    holds: (value) =>
      typeof value === 'string'
        ? isMessageType(value)
        : Number.isInteger(value) && Number(value) >= 0 && Number(value) <= many,
  },
  times: whole(1, many, `a number from 1 to ${many}`),
  path: { what: 'a path that begins with /', holds: (value) => typeof value === 'string' && value.startsWith('/') },
  status: whole(200, 599, 'an HTTP status from 200 to 599'),
  retryAfter: number(0, many, `seconds from 0 to ${many}`),
  body: text,
  requestId: text,
  words: text,
  to: {
    what: 'a URL, or a path that begins with /',
    holds: (value) => typeof value === 'string' && (value.startsWith('/') || URL.canParse(value)),
  },
  ms: number(0, dayMs, `milliseconds from 0 to ${dayMs}`),
  bytes: whole(1, 1024 * 1024 * 1024, `a number of bytes from 1 to ${1024 * 1024 * 1024}`),
  code: {
    what: 'a close code that can be sent, 1000 to 1014 but 1004 and 1006, or 3000 to 4999 (1006 is no close at all: write drop-after or end-after)',
    holds: isCloseCode,
  },
  reason: {
    what: 'at most 123 bytes',
    holds: (value) => typeof value === 'string' && Buffer.byteLength(value) <= 123,
  },
  kind: {
    what: 'rate-limit, server or fatal',
    holds: (value) => ['rate-limit', 'server', 'fatal'].includes(String(value)),
  },
  instead: { what: 'true or false', holds: (value) => typeof value === 'boolean' },
};

/** Where a fault takes more or less than others of a parameter. */
const special: Readonly<Record<string, Partial<Record<FaultParameter, Wanted>>>> = {
  redirect: { status: whole(300, 399, 'an HTTP status from 300 to 399') },
  'clock-jump': { ms: number(-yearsMs, yearsMs, `milliseconds from ${-yearsMs} to ${yearsMs}`) },
  block: { ms: number(0, longestBlockMs, `milliseconds from 0 to ${longestBlockMs}`) },
};

const words: ReadonlySet<string> = new Set<FaultParameter>([
  'path',
  'body',
  'requestId',
  'words',
  'to',
  'reason',
  'kind',
]);

/** What is not a number stays text, and is refused where a number is wanted. */
function read(parameter: FaultParameter, value: string): string | number | boolean {
  if (words.has(parameter) || value.trim() === '') return value;
  if (parameter === 'instead') return value === 'true' || (value !== 'false' && value);
  return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

function camel(key: string): string {
  return key.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
