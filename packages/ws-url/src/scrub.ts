import { SecretFinder } from './secret-finder.ts';

const mark = '[redacted]';

/** Shorter strings are no secrets, and removing them would make every message unreadable. */
const shortestSecret = 4;

const names = 'key|token|secret|signature|sig|auth|authorization|password|passwd|pwd|credentials?|jwt|ticket';

/** What gives a secret away when nobody told us about it. Each is anchored, so that long text costs linear time. */
const patterns: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // sk-… also as providers mask it: sk-proj-****7890
  [/(?<![\w-])(?:sk[-_]|gsk_|xai-|pplx-|vcst_|AIza)[\w*.-]{4,}/g, mark],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, mark],
  [/\b(Bearer|Basic|Token)\s+(?:(?=\S*\d)\S{8,}|\S{20,})/gi, `$1 ${mark}`],
  [new RegExp(`(?<![\\w.-])([\\w.-]*(?:${names})=)[^&\\s"'<>]+`, 'gi'), `$1${mark}`],
  [new RegExp(`("[\\w.-]*(?:${names})"\\s*:\\s*")[^"]+`, 'gi'), `$1${mark}`],
  [/(?<![\w-])([\w-]*(?:api-key|authorization))(\s*:\s*)[^\r\n,"]+/gi, `$1$2${mark}`],
  [/(?<![\w-])([\w-]*(?:api-key|authorization))\.[\w~+/=-]{8,}/gi, `$1.${mark}`],
  [/(:\/\/)[^\s/@"'<>]+@/g, `$1${mark}@`],
];

/**
 * Removes known secrets, in the forms in which they come back (plain, percent-encoded, escaped as in JSON or HTML,
 * base64, cut off at the end of a text), and whatever looks like one: `sk-…`, `Bearer …`, JWTs, `key=…`, user names
 * and passwords in URLs.
 */
export function createScrubber(secrets: Iterable<string>): (text: string) => string {
  const known = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const finders = known.map((secret) => new SecretFinder(secret));
  // Services name a request in each of its messages: what was looked at last is not looked at again.
  let [last, scrubbed] = ['', ''];
  return (text) => {
    if (text === last) return scrubbed;
    last = scrubbed = text;
    for (const finder of finders) scrubbed = finder.replace(scrubbed, mark);
    for (const [pattern, replacement] of patterns) scrubbed = scrubbed.replace(pattern, replacement);
    return scrubbed;
  };
}

/** A secret as it may come back: whole, and the telling parts of composite ones. */
function formsOf(secret: string): string[] {
  return [secret, ...partsOf(secret)]
    .filter((form) => form.length >= shortestSecret)
    .flatMap((form) => [form, ...base64Of(form)]);
}

/** The key of `Bearer KEY`, and whatever looks like a key in JSON, cookies and lists. Plain words stay readable. */
function partsOf(secret: string): string[] {
  const key = /^\S+ (\S+)$/.exec(secret)?.[1];
  const words = secret
    .split(/[\s,;:="'{}]+/)
    .filter((word) => word.length >= 8 && /\d/.test(word) && /[a-z]/i.test(word));
  return key === undefined ? words : [key, ...words];
}

/** Shorter, they may be part of any base64. */
const shortestBase64 = 10;

/**
 * What it looks like inside base64, in both alphabets, wherever in groups of three bytes it begins: `Basic` has a user
 * name before it. Characters that depend on what stands beside it are left out.
 */
function base64Of(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const length = Math.floor(((before + bytes.length) * 8) / 6);
    const first = Math.ceil((before * 8) / 6);
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(first, length);
    return encoded.length < shortestBase64 ? [] : [encoded, encoded.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const scrubPath = createScrubber([]);

/** Scheme, host and path of a URL; query, fragment and user are left out. Anything unreadable stays unread. */
export function redactUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return '[unreadable URL]';
  }
  return parsed.host === '' ? `${parsed.protocol}…` : scrubPath(`${parsed.protocol}//${parsed.host}${parsed.pathname}`);
}
