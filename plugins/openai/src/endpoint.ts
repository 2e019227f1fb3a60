import { routeTo as routeToEndpoint, type ConnectOptions, type Route } from '@patchbay/plugin-kit';
import { openaiEndpoints, type OpenAICapability } from '@patchbay/ws-url';
import { resolveConnectOptions, type OpenAIConnectOptions } from './options.ts';

export type { Route };

/** Where one of OpenAI's endpoints is reached with these options. Throws a `PatchbayError` for what cannot work. */
export function routeTo(capability: OpenAICapability, options: OpenAIConnectOptions, model?: string): Route {
  return routeOf(capability, resolveConnectOptions(options), model);
}

/** The same with options that were resolved before: the environment is not read again. */
export function routeOf(capability: OpenAICapability, options: ConnectOptions, model?: string): Route {
  return routeToEndpoint(openaiEndpoints[capability], options, model);
}
