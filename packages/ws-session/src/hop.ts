import type { Connection, Hop } from '@patchbay/ws-url';
import type { Refusal } from './runtime.ts';

/**
 * Who refused. Between us and a provider stand load balancers, ingress controllers and gateways, and their 401, 403
 * or 426 look like the provider's; but providers answer in JSON, and what stands between them answers in HTML or not
 * at all (tried with envoy 1.40, nginx 1.22, tinyproxy 1.11, LiteLLM 1.105).
 */
export function guessHop(connection: Connection, refusal: Refusal): Hop {
  if (refusal.fromProxy) return 'proxy';
  return isDirect(connection) && speaksJson(refusal.body) ? 'provider' : 'gateway';
}

/** Whether the connection goes to the provider's own host. */
export function isDirect(connection: Connection): boolean {
  const { base, nativeHosts = [] } = connection.endpoint;
  const host = hostname(connection.host);
  return (
    (URL.canParse(base) && host === new URL(base).hostname) || nativeHosts.some((pattern) => matches(host, pattern))
  );
}

function hostname(host: string): string {
  return host.replace(/:\d+$/, '');
}

function matches(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function speaksJson(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null;
  } catch {
    return body.trimStart().startsWith('{"');
  }
}
