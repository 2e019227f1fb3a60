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
 * Removes known secrets, in the forms in which they come back (plain, percent-encoded, JSON-escaped), and whatever
 * looks like one: `sk-…`, `Bearer …`, JWTs, `key=…`, user names and passwords in URLs.
 */
export function createScrubber(secrets: Iterable<string>): (text: string) => string {
  const known = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return (text) => {
    let scrubbed = text;
    for (const secret of known) scrubbed = scrubbed.replaceAll(secret, mark);
    for (const [pattern, replacement] of patterns) scrubbed = scrubbed.replace(pattern, replacement);
    return scrubbed;
  };
}

/** A secret as it may come back: whole, and the telling parts of composite ones. */
function formsOf(secret: string): string[] {
  return [secret, ...partsOf(secret)].filter((form) => form.length >= shortestSecret).flatMap(encodingsOf);
}

/** The key of `Bearer KEY`, and whatever looks like a key in JSON, cookies and lists. Plain words stay readable. */
function partsOf(secret: string): string[] {
  const key = /^\S+ (\S+)$/.exec(secret)?.[1];
  const words = secret
    .split(/[\s,;:="'{}]+/)
    .filter((word) => word.length >= 8 && /\d/.test(word) && /[a-z]/i.test(word));
  return key === undefined ? words : [key, ...words];
}

function encodingsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  if (/\p{Surrogate}/u.test(secret)) return [secret, json];
  const encoded = encodeURIComponent(secret);
  return [secret, json, encoded, encoded.replaceAll('%20', '+')];
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
