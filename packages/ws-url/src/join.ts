import { PatchbayError } from './errors.ts';
import { isPrivateHost } from './host.ts';

/** Parses what the user gave as a base. Errors name the option, never the value, and carry no `cause`: URL errors quote their input. */
export function parseBase(base: unknown, option: string): URL {
  const url = typeof base === 'string' ? read(base.trim()) : undefined;
  if (url === undefined) {
    throw new PatchbayError(
      'invalid-url',
      `\`${option}\` must be an absolute URL, e.g. https://gateway.example.com/v1.`,
    );
  }
  return checkURL(url, `\`${option}\``);
}

function read(text: string): URL | undefined {
  // The URL class repairs what it can (backslashes, line breaks, a missing slash) and would hide a mistake.
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(text) || /[\s\\\p{Cc}]/u.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Refuses what must never be dialled: foreign schemes, user names and passwords, fragments. */
export function checkURL(url: URL, what: string): URL {
  if (!/^(?:https?|wss?):$/.test(url.protocol)) {
    throw new PatchbayError('invalid-url', `${what} must begin with https://, wss://, http:// or ws://.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new PatchbayError(
      'invalid-url',
      `${what} must not carry a user name or password: use \`apiKey\`, or \`headers\` with an Authorization of your own.`,
    );
  }
  if (url.hash !== '' || url.href.endsWith('#')) {
    throw new PatchbayError('invalid-url', `${what} must not carry a fragment (#…): it would never be sent.`);
  }
  return url;
}

/** Refuses plain text to a public host: keys and voices would be readable on the way. */
export function checkSecure(url: URL, what: string, allowInsecure: boolean): void {
  if (allowInsecure || !/^(?:http|ws):$/.test(url.protocol) || isPrivateHost(url.hostname)) return;
  throw new PatchbayError(
    'insecure-url',
    `${what} would send the key and the audio in plain text to a public host. Use https:// or wss://, or set \`allowInsecure: true\`.`,
  );
}

/** http for HTTP and ws for sockets, with or without the s. */
export function withTransport(url: URL, transport: 'socket' | 'http'): URL {
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  const result = new URL(url);
  result.protocol = transport === 'socket' ? (secure ? 'wss:' : 'ws:') : secure ? 'https:' : 'http:';
  return result;
}

/** What {@link joinPath} puts under a base. */
export interface PathParts {
  /** Path that the API starts with; it may be there already. */
  root: string;
  /** Another root that the base may end in, and that this path does not want. */
  foreignRoot?: string;
  path: string;
  /** Other endpoints' paths: a base that ends in one is taken without it. */
  siblings?: readonly string[];
}

/**
 * Appends root and path to a base path exactly once, whatever part of them the base already ends in:
 * `/v1`, `/v1/` and `/v1/realtime` all become `/v1/realtime`.
 */
export function joinPath(base: string, parts: PathParts): string {
  let start = base.replace(/\/+$/, '');
  for (const sibling of [...(parts.siblings ?? [])].sort((a, b) => b.length - a.length)) {
    if (!start.endsWith(sibling)) continue;
    start = start.slice(0, -sibling.length);
    break;
  }
  if (parts.foreignRoot && start.endsWith(parts.foreignRoot)) start = start.slice(0, -parts.foreignRoot.length);

  const before = start.split('/').slice(1);
  const target = `${parts.root}${parts.path}`.split('/').slice(1);
  let overlap = Math.min(before.length, target.length);
  while (overlap > 0 && !target.slice(0, overlap).every((segment, at) => segment === before.at(at - overlap)))
    overlap--;
  return `/${[...before, ...target.slice(overlap)].join('/')}`;
}
