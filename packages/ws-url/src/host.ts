/** Whether this is the machine itself: a loopback address or name, or the unspecified address that servers print. */
export function isLoopbackHost(hostname: string): boolean {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    /^(?:127(?:\.\d+){3}|0\.0\.0\.0)$/.test(name) ||
    /^\[(?:::1?|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\]$/.test(name)
  );
}

/** Names that never leave a private network, or should not. */
const privateSuffixes = ['.localhost', '.local', '.internal', '.lan', '.svc', '.cluster.local'];

/**
 * Whether plain text to this host stays off the public internet: loopback, RFC 1918, shared (RFC 6598), link-local and
 * unique-local addresses, single-label names (`http://litellm:4000`) and the usual private suffixes.
 *
 * @param hostname - As the URL class prints it: lower case, IPv4 in dotted decimals, IPv6 in brackets.
 */
export function isPrivateHost(hostname: string): boolean {
  if (isLoopbackHost(hostname)) return true;
  if (hostname.startsWith('[')) return isPrivateIPv6(hostname.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(hostname)) return isPrivateIPv4(hostname.split('.').map(Number));
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return !name.includes('.') || privateSuffixes.some((suffix) => name.endsWith(suffix));
}

function isPrivateIPv4([first = 0, second = 0]: readonly number[]): boolean {
  return (
    first === 10 ||
    first === 127 ||
    (first === 100 && second >= 64 && second <= 127) ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168) ||
    (first === 169 && second === 254)
  );
}

function isPrivateIPv6(address: string): boolean {
  const mapped = /^::ffff:([0-9a-f]{1,4}):[0-9a-f]{1,4}$/.exec(address)?.[1];
  if (mapped !== undefined) {
    const high = Number.parseInt(mapped, 16);
    return isPrivateIPv4([high >> 8, high & 0xff]);
  }
  // fe80::/10 is link-local, fc00::/7 is unique-local.
  return /^fe[89ab][0-9a-f]:/.test(address) || /^f[cd][0-9a-f]{2}:/.test(address);
}

/** Whether a host is named by a pattern: the name itself, or `*.name` for the names below it. */
export function matchesHost(hostname: string, pattern: string): boolean {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}
