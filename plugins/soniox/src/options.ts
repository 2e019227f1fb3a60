import { resolveConnect, routeTo, withBase, type PluginConnectOptions, type Route } from '@patchbay/plugin-kit';
import { sonioxEndpoints } from '@patchbay/ws-url';

/** Where to connect and how: the same on every class of this plugin. */
export type SonioxConnectOptions = Omit<PluginConnectOptions, 'model' | 'modelIn'>;

/**
 * Where one of Soniox's endpoints is reached with these options; the key is `SONIOX_API_KEY` unless one is given.
 * `websocketUrl`: where the endpoint itself is, in place of a base.
 *
 * @throws PatchbayError for what cannot work.
 */
export function routeFor(
  name: keyof typeof sonioxEndpoints,
  { baseUrl, ...options }: SonioxConnectOptions & { baseUrl?: string | null },
  model: string,
  websocketUrl?: string | null,
): Route {
  const connect = resolveConnect(withBase(options, 'baseUrl', baseUrl), 'SONIOX_API_KEY');
  return routeTo(sonioxEndpoints[name], connect, model, { url: websocketUrl, option: 'websocketUrl' });
}
