import type { IncomingMessage } from 'node:http';
import type { Heartbeat } from '../heartbeat.ts';
import { bearerOf, headerOf, protocolKeyOf } from '../keys.ts';
import type { GatewayContext } from '../types.ts';

/** The alias to which LiteLLM routes a transcription whose URL names no model. */
export const TRANSCRIPTION_ALIAS = 'gpt-realtime-whisper';

/** It pings clients and providers alike. */
export const HEARTBEAT: Heartbeat = { everyMs: 20_000, deadMs: 40_000 };

/** What an alias stands for. */
export interface Deployment {
  /** The provider's name of the model. */
  model: string;
  azure: boolean;
}

/** The deployment behind an alias; `undefined` when the config has none of that name. */
export function deploymentOf(alias: string, { settings }: GatewayContext): Deployment | undefined {
  const name = settings.models ? settings.models[alias] : alias;
  if (!name) return undefined;
  return name.startsWith('azure/')
    ? { model: name.slice('azure/'.length), azure: true }
    : { model: name, azure: false };
}

/** `Bearer` exactly, or `api-key`, or the browsers' subprotocol. `bearer`, bare keys and `x-api-key` are refused. */
export function keyOf(request: IncomingMessage): string | undefined {
  return bearerOf(request) ?? headerOf(request, 'api-key') ?? protocolKeyOf(request);
}

/** What goes up: the deployment's own key. Of the client's headers only the Beta header survives, if it was sent. */
export function upstreamHeaders(request: IncomingMessage, gateway: GatewayContext): Record<string, string> {
  const beta = headerOf(request, 'openai-beta');
  return {
    authorization: `Bearer ${gateway.upstreamKey}`,
    ...(beta?.includes('realtime=v1') ? { 'openai-beta': 'realtime=v1' } : {}),
  };
}

/** The last value of a repeated parameter counts. */
export function lastOf(parameters: URLSearchParams, name: string): string | undefined {
  return parameters.getAll(name).at(-1);
}
