import type { AgentOptions, ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** A CONNECT proxy, and who chose it. */
export interface Proxy {
  url: URL;
  fromEnvironment: boolean;
}

type ConnectOptions = Parameters<HttpsProxyAgent<string>['connect']>[1];

/** Where the environment's proxies are found, for messages. */
export const environmentNames = 'HTTPS_PROXY, HTTP_PROXY or ALL_PROXY';

/**
 * A CONNECT tunnel, for `ws:` too: a proxy that is sent an upgrade as a plain request strips it (tried with squid 5.7
 * and tinyproxy 1.11). Differs from its base in four things: what it shows to `console.log` holds no password, a dial
 * that is abandoned while the proxy is silent leaves no socket behind, a proxy that cannot be reached is named, and
 * the certificate of a place that has an address and no name is one of that address.
 */
export class TunnelAgent extends HttpsProxyAgent<string> {
  /** The proxy and what chose it, for messages. */
  readonly proxyName: string;
  readonly #proxy: URL;
  readonly #advice: string;

  /** @param options - `keepAlive`: a tunnel outlives its request and serves the next one to the same place. */
  constructor({ url, fromEnvironment }: Proxy, options: AgentOptions = {}) {
    const shown = new URL(url);
    shown.username = '';
    shown.password = '';
    super(shown, options);
    // Its base keeps none of them, and Node reads from here how long a connection may idle.
    Object.assign(this.options, options);
    this.#proxy = url;
    this.proxyName = `${url.host} of ${fromEnvironment ? environmentNames : '`proxy`'}`;
    this.#advice = fromEnvironment ? '; `proxy: false` goes without' : '';
  }

  override async connect(request: ClientRequest, options: ConnectOptions): Promise<Socket> {
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
      return await tunnel.connect(request, identified(options));
    } catch (error) {
      throw abandoned.signal.aborted ? error : this.#unreachable(error as NodeJS.ErrnoException);
    }
  }

  /** Nothing of a proxy that does not answer can be seen in Node's own words for it. */
  #unreachable({ message, code }: NodeJS.ErrnoException): Error {
    const error = new Error(`the proxy ${this.proxyName}${this.#advice} cannot be reached (${message})`);
    return Object.assign(error, { hop: 'proxy', ...(code === undefined ? {} : { code }) });
  }
}

/** The base hands on names alone, and where there is none Node looks for `localhost` in the certificate. */
function identified(options: ConnectOptions): ConnectOptions {
  const { host = '', secureEndpoint } = options;
  if (!secureEndpoint || isIP(host) === 0) return options;
  const ofAddress = (_name: string, certificate: PeerCertificate): Error | undefined =>
    checkServerIdentity(host, certificate);
  return { ...options, checkServerIdentity: ofAddress };
}
