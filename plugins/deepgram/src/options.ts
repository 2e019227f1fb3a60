import { resolveConnect, routeTo, withBase, type PluginConnectOptions, type Route } from '@patchbay/plugin-kit';
import { deepgramEndpoints, type Query } from '@patchbay/ws-url';

/** Where to connect and how: the same on every class of this plugin. */
export interface DeepgramConnectOptions extends Omit<PluginConnectOptions, 'model' | 'modelIn'> {
  /** The same as `baseURL`. Default `https://api.deepgram.com`; a prefix and a query are kept. */
  baseUrl?: string | null;
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
  { model }: { model: string },
  endpointUrl?: string | null,
): Route {
  const connect = resolveConnect(withBase(options, 'baseUrl', baseUrl), 'DEEPGRAM_API_KEY');
  return routeTo(deepgramEndpoints[name], connect, model, { url: endpointUrl, option: 'endpointUrl' });
}

/** What the URL says of the audio. */
export function audioQuery({ sampleRate }: { sampleRate: number }): Query {
  return { encoding: 'linear16', sample_rate: sampleRate };
}
