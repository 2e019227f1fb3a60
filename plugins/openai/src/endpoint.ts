import type { ConnectOptions } from '@patchbay/plugin-kit';
import { openaiEndpoints, resolveConnection, type OpenAICapability, type Connection } from '@patchbay/ws-url';
import { resolveConnectOptions, type OpenAIConnectOptions } from './options.ts';

/** A place to go and the network to go there by: what every base of the kit is given. */
export interface Route extends Pick<ConnectOptions, 'agent' | 'proxy'> {
  connection: Connection;
}

/** Where one of OpenAI's endpoints is reached with these options. Throws a `PatchbayError` for what cannot work. */
export function routeTo(capability: OpenAICapability, options: OpenAIConnectOptions, model?: string): Route {
  return routeOf(capability, resolveConnectOptions(options), model);
}

/** The same with options that were resolved before: the environment is not read again. */
export function routeOf(capability: OpenAICapability, options: ConnectOptions, model?: string): Route {
  const { agent, proxy, ...where } = options;
  const connection = resolveConnection(openaiEndpoints[capability], {
    ...where,
    ...(model === undefined ? {} : { model }),
  });
  return { connection, ...(agent === undefined ? {} : { agent }), ...(proxy === undefined ? {} : { proxy }) };
}
