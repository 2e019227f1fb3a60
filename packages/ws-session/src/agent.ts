import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopbackHost, PatchbayError } from '@patchbay/ws-url';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import type { NetworkOptions } from './types.ts';

/**
 * The agent for a request or socket to `url`: the user's own, a CONNECT tunnel through the proxy that was given or
 * that the environment names, or `undefined` for the direct way. One answer for sockets and HTTP.
 *
 * @throws PatchbayError `invalid-option` for a proxy that is not an http or https URL.
 */
export function resolveAgent(url: string, network: NetworkOptions): Agent | undefined {
  if (network.agent !== undefined) return network.agent;
  if (network.proxy === false) return undefined;
  const proxy = network.proxy ?? environmentProxy(url);
  const fromEnvironment = network.proxy === undefined;
  // An empty one of the environment is none.
  return proxy === '' ? undefined : new TunnelAgent(parseProxy(proxy, fromEnvironment), fromEnvironment);
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

const environmentNames = 'HTTPS_PROXY, HTTP_PROXY or ALL_PROXY';

function parseProxy(proxy: unknown, fromEnvironment: boolean): URL {
  const name = fromEnvironment ? environmentNames : 'The option `proxy`';
  const advice = fromEnvironment ? '; `proxy: false` ignores it' : '';
  const url = typeof proxy === 'string' && URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || decoded(url.username + url.password) === undefined) {
    throw new PatchbayError('invalid-option', `${name} must be a URL like http://user:password@host:port${advice}`);
  }
  return url;
}

/**
 * A CONNECT tunnel, for `ws:` too: a proxy that is sent an upgrade as a plain request strips it (tried with squid 5.7
 * and tinyproxy 1.11). Differs from its base in three things: what it shows to `console.log` holds no password, a
 * dial that is abandoned while the proxy is silent leaves no socket behind, and a proxy that cannot be reached is named.
 */
class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #proxy: URL;
  readonly #fromEnvironment: boolean;

  constructor(proxy: URL, fromEnvironment: boolean) {
    const shown = new URL(proxy);
    shown.username = '';
    shown.password = '';
    super(shown);
    this.#proxy = proxy;
    this.#fromEnvironment = fromEnvironment;
  }

  override async connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>['connect']>[1],
  ): Promise<Socket> {
    const abandoned = new AbortController();
    const tunnel = new HttpsProxyAgent(this.#proxy, { signal: abandoned.signal });
    // A request that has no socket yet tells nobody that it was destroyed.
    const destroy = request.destroy.bind(request);
    request.destroy = (error) => {
      abandoned.abort();
      return destroy(error);
    };
    tunnel.once('proxyConnect', () => {
      request.destroy = destroy;
    });
    try {
      return await tunnel.connect(request, options);
    } catch (error) {
      throw abandoned.signal.aborted ? error : this.#unreachable(error as NodeJS.ErrnoException);
    }
  }

  /** Nothing of a proxy that does not answer can be seen in Node's own words for it. */
  #unreachable({ message, code }: NodeJS.ErrnoException): Error {
    const origin = this.#fromEnvironment ? `${environmentNames}; \`proxy: false\` goes without` : '`proxy`';
    const error = new Error(`the proxy ${this.#proxy.host} of ${origin} cannot be reached (${message})`);
    return Object.assign(error, { hop: 'proxy', ...(code === undefined ? {} : { code }) });
  }
}
