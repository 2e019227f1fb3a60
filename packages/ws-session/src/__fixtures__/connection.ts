import {
  createScrubber,
  redactUrl,
  type Connection,
  type Credential,
  type EndpointDescription,
  type GatewayRow,
} from '@patchbay/ws-url';

export interface TestConnectionOptions {
  endpoint?: Partial<EndpointDescription>;
  row?: Partial<GatewayRow>;
  apiKey?: Credential;
  headers?: Record<string, string>;
  protocols?: string[];
  hint?: Connection['hint'];
  request?: Connection['request'];
}

/** A connection to `url`, made by hand: what ws-url would have said. */
export function connectionTo(url: string, options: TestConnectionOptions = {}): Connection {
  const { apiKey = 'key-of-the-test' } = options;
  const { host, origin } = new URL(url.replace(/^ws/, 'http'));
  const secrets = typeof apiKey === 'string' ? [apiKey] : [];
  return {
    endpoint: {
      provider: 'acme',
      capability: 'transcription',
      base: origin,
      path: '/v1/realtime',
      auth: { header: 'Authorization', scheme: 'Bearer' },
      model: { in: 'none' },
      ...options.endpoint,
    },
    row: { name: 'acme', title: 'Acme', routes: {}, ...options.row },
    traits: { ...options.row?.traits },
    host,
    base: origin,
    redacted: redactUrl(url),
    model: undefined,
    nameOf: (model) => model,
    checkModel: () => undefined,
    checkSaid: () => undefined,
    modelIn: 'none',
    hide: (more) => void secrets.push(...more),
    scrub: (text) => createScrubber(secrets)(text),
    hint: options.hint ?? (() => undefined),
    request:
      options.request ??
      (async ({ model, query }) => {
        const search = new URLSearchParams({ ...(model && { model }), ...(query as Record<string, string>) }).toString();
        const credential = typeof apiKey === 'string' ? apiKey : await apiKey();
        return {
          url: search === '' ? url : `${url}?${search}`,
          headers: { Authorization: `Bearer ${credential}`, ...options.headers },
          protocols: options.protocols ?? [],
          redacted: redactUrl(url),
          credential,
          secrets: [credential],
        };
      }),
  };
}
