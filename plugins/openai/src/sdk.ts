import { createFetch, type KeepAlive } from '@patchbay/plugin-kit';
import OpenAI from 'openai';
import type { Route } from './endpoint.ts';

/** The official SDK on our way to the network: it forms the requests, `fetch` decides where they go and with which key. */
export function clientOn(route: Route, keepAlive: KeepAlive): OpenAI {
  return new OpenAI({
    baseURL: route.connection.redacted,
    fetch: createFetch({ ...route, keepAlive }),
    apiKey: 'set by fetch',
    maxRetries: 0,
    organization: null,
    project: null,
    logLevel: 'off',
  });
}
