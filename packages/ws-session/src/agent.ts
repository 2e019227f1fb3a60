import type { Agent } from 'node:http';
import { isLoopbackHost, PatchbayError } from '@patchbay/ws-url';
import { getProxyForUrl } from 'proxy-from-env';
import { environmentNames, TunnelAgent, type Proxy } from './tunnel-agent.ts';
import type { NetworkOptions } from './types.ts';

/**
 * The agent for a socket or a single request to `url`: the user's own, a CONNECT tunnel through a proxy, or `undefined`
 * for the direct way. Requests that follow each other have {@link KeepAlive}; both ask {@link proxyFor}.
 *
 * @throws PatchbayError `invalid-option` for a proxy that is not an http or https URL.
 */
export function resolveAgent(url: string, network: NetworkOptions): Agent | undefined {
  if (network.agent !== undefined) return network.agent;
  const proxy = proxyFor(url, network);
  return proxy === undefined ? undefined : new TunnelAgent(proxy);
}

/**
 * The proxy on the way to `url`: the one that was given, or what the environment names now. One answer for sockets and
 * HTTP.
 *
 * @throws PatchbayError `invalid-option` for a proxy that is not an http or https URL.
 */
export function proxyFor(url: string, network: NetworkOptions): Proxy | undefined {
  if (network.proxy === false) return undefined;
  const fromEnvironment = network.proxy === undefined;
  const proxy = network.proxy ?? environmentProxy(url);
  // An empty one of the environment is none.
  return proxy === '' ? undefined : { url: parseProxy(proxy, fromEnvironment), fromEnvironment };
}

/**
 * Refuses, before anything is dialled, what no socket or request could take. The message names the option and never
 * the value: a proxy URL in the wrong place holds a password too.
 *
 * @throws PatchbayError `invalid-option`
 */
export function checkNetwork({ agent, proxy }: NetworkOptions): void {
  if (agent !== undefined && typeof (agent as Partial<Requests> | null)?.addRequest !== 'function') {
    throw new PatchbayError(
      'invalid-option',
      'The option `agent` must be an Agent of node:http or node:https, or one derived from them; for a proxy there is `proxy`',
    );
  }
  if (proxy !== undefined && proxy !== false) parseProxy(proxy, false);
}

/** What Node itself asks of an agent. */
interface Requests {
  addRequest: unknown;
}

/** What must not be shown of the proxy on the way to `url`: its password, or the user name that stands for one. */
export function proxySecrets(url: string | undefined, { agent, proxy }: NetworkOptions): string[] {
  const named = agent === undefined ? (proxy ?? (url === undefined ? '' : environmentProxy(url))) : agentProxy(agent);
  if (named === false || !URL.canParse(named)) return [];
  const { username, password } = new URL(named);
  const [user, pass] = [decoded(username) ?? username, decoded(password) ?? password];
  if (password === '') return username === '' ? [] : [username, user];
  return [password, pass, Buffer.from(`${user}:${pass}`).toString('base64')];
}

/** The proxy of an `HttpsProxyAgent` and its relatives. */
function agentProxy(agent: Agent): string {
  const { proxy } = agent as { proxy?: unknown };
  return proxy instanceof URL ? proxy.href : '';
}

/** How messages call the proxy that an agent goes through, if that can be seen of it. */
export function proxyName(agent: Agent | undefined): string | undefined {
  if (agent instanceof TunnelAgent) return agent.proxyName;
  const proxy = agent === undefined ? '' : agentProxy(agent);
  return URL.canParse(proxy) ? new URL(proxy).host : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * HTTPS_PROXY and HTTP_PROXY are about https and http; a socket is one of the two until it is upgraded. Whatever they
 * say, this machine is not behind a proxy to itself: a server on localhost is none that a proxy could reach.
 */
function environmentProxy(url: string): string {
  const asHttp = url.replace(/^ws/i, 'http');
  if (URL.canParse(asHttp) && isLoopbackHost(new URL(asHttp).hostname)) return '';
  return getProxyForUrl(asHttp);
}

function parseProxy(proxy: unknown, fromEnvironment: boolean): URL {
  const name = fromEnvironment ? environmentNames : 'The option `proxy`';
  const advice = fromEnvironment ? '; `proxy: false` ignores it' : '';
  const url = typeof proxy === 'string' && URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || decoded(url.username + url.password) === undefined) {
    throw new PatchbayError('invalid-option', `${name} must be a URL like http://user:password@host:port${advice}`);
  }
  return url;
}
