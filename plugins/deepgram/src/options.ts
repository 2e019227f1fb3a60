import { resolveConnect, routeTo, withBase, type PluginConnectOptions, type Route } from '@patchbay/plugin-kit';
import { deepgramEndpoints } from '@patchbay/ws-url';

/** Where to connect and how: the same on every class of this plugin. */
export interface DeepgramConnectOptions extends Omit<PluginConnectOptions, 'model'> {
  /** The same as `baseURL`. Default `https://api.deepgram.com`; a prefix and a query are kept. */
  baseUrl?: string;
}

/**
 * Where one of Deepgram's endpoints is reached with these options; the key is `DEEPGRAM_API_KEY` unless one is given.
 * `endpointUrl`: where the endpoint itself is, in place of a base.
 *
 * @throws PatchbayError for what cannot work.
 */
export function routeFor(
  name: keyof typeof deepgramEndpoints,
  { baseUrl, ...options }: DeepgramConnectOptions,
  model: string,
  endpointUrl?: string,
): Route {
  const connect = resolveConnect(withBase(options, 'baseUrl', baseUrl), 'DEEPGRAM_API_KEY');
  return routeTo(deepgramEndpoints[name], connect, model, { url: endpointUrl, option: 'endpointUrl' });
}
