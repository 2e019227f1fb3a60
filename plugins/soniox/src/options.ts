import { resolveConnect, routeTo, withBase, type PluginConnectOptions, type Route } from '@patchbay/plugin-kit';
import { sonioxEndpoints } from '@patchbay/ws-url';

/** Where to connect and how: the same on every class of this plugin. */
export type SonioxConnectOptions = Omit<PluginConnectOptions, 'model' | 'modelIn'>;

/**
 * Where one of Soniox's endpoints is reached with these options; the key is `SONIOX_API_KEY` unless one is given.
 * `alias`: upstream's name for `baseURL`, and what it says.
 *
 * @throws PatchbayError for what cannot work.
 */
export function routeFor(
  name: keyof typeof sonioxEndpoints,
  options: SonioxConnectOptions,
  [alias, base]: readonly [string, string | undefined],
  model: string,
): Route {
  const connect = resolveConnect(withBase(options, alias, base), 'SONIOX_API_KEY');
  return routeTo(sonioxEndpoints[name], connect, model);
}
