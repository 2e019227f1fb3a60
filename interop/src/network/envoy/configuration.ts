/** Where Envoy listens, and what is behind it. */
export interface Places {
  admin: number;
  port: number;
  /** Of a listener that was not told of upgrades. */
  unaware: number;
  cloud: number;
  /** Never pings. */
  quiet: number;
  nobody: number;
}

const extension = 'type.googleapis.com/envoy.extensions.filters';

/** Envoy's bootstrap, with a route for each thing that it can do to a call. */
export function configuration({ admin, port, unaware, cloud, quiet, nobody }: Places): object {
  const routes = [
    route('plain', 'cloud'),
    route('quiet', 'quiet', { idle_timeout: '20s' }),
    route('impatient', 'quiet', { idle_timeout: '3s' }),
    route('short', 'cloud', { max_stream_duration: { max_stream_duration: '5s' } }),
    route('single', 'single'),
    route('down', 'nobody'),
  ];
  return {
    admin: { address: addressOf(admin) },
    static_resources: {
      listeners: [
        listener(port, { upgrade_configs: [{ upgrade_type: 'websocket' }] }, routes),
        listener(unaware, {}, [route('plain', 'cloud')]),
      ],
      clusters: [
        cluster('cloud', cloud),
        cluster('quiet', quiet),
        cluster('nobody', nobody),
        cluster('single', cloud, {
          circuit_breakers: { thresholds: [{ max_connections: 1, max_pending_requests: 2 }] },
        }),
      ],
    },
  };
}

/** `/name/v1/…` goes to `/v1/…` of a cluster, for as long as it likes. */
function route(name: string, to: string, more: object = {}): object {
  return { match: { prefix: `/${name}/` }, route: { cluster: to, prefix_rewrite: '/', timeout: '0s', ...more } };
}

function listener(port: number, more: object, routes: readonly object[]): object {
  const manager = {
    '@type': `${extension}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: `at_${port}`,
    ...more,
    http_filters: [{ name: 'router', typed_config: { '@type': `${extension}.http.router.v3.Router` } }],
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
  };
  return {
    name: `at_${port}`,
    address: addressOf(port),
    filter_chains: [{ filters: [{ name: 'manager', typed_config: manager }] }],
  };
}

function cluster(name: string, port: number, more: object = {}): object {
  const endpoint = { endpoint: { address: addressOf(port) } };
  return {
    name,
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] },
    ...more,
  };
}

function addressOf(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
