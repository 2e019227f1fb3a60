import { ok } from 'node:assert/strict';
import { startLoopback, type Loopback } from '@patchbay/loopback';
import { gateways, openaiEndpoints, resolveConnection, type Connection, type Gateway } from '@patchbay/ws-url';
import type { Stage } from '../stage.ts';

/** Portkey, and what it stands before. */
export interface World {
  /** The provider; its faults are what happens to Portkey. */
  cloud: Loopback;
  /** Portkey's base URL. */
  url: string;
  /** That of the one that loses the first event now and then. The real one does; there are two imitations. */
  lossyUrl: string;
}

/** The only key that the provider takes. */
export const providerKey = 'sk-of-the-provider';

/** A provider whose faults can be injected. */
export async function startProvider(stage: Stage): Promise<Loopback> {
  const cloud = await startLoopback({ voice: 'plain', keys: [providerKey], faults: [], pace: { tokenMs: 0 } });
  stage.atEnd(() => cloud.close());
  return cloud;
}

/** The one provider of Portkey's that serves realtime and can be anywhere: an endpoint of Azure AI Foundry. */
export function gatewayTo({ cloud, url }: Pick<World, 'cloud' | 'url'>, key: string = providerKey): Gateway {
  return gateways.portkey({
    baseURL: url,
    provider: 'azure-ai',
    providerKey: key,
    headers: { 'x-portkey-azure-foundry-url': cloud.url },
  });
}

/** The same world, as whoever meets the losses sees it. */
export const lossy = (world: World): World => ({ ...world, url: world.lossyUrl });

/** Where a conversation of ours dials. */
export function connectionOf(world: World): Connection {
  return resolveConnection(openaiEndpoints.conversation, { gateway: gatewayTo(world), model: 'gpt-realtime' });
}

/** The provider's faults, for as long as something runs. Each of them must be met. */
export async function during<T>({ cloud }: World, faults: readonly string[], run: () => Promise<T>): Promise<T> {
  const injected = faults.map((fault) => cloud.faults.inject(fault));
  try {
    const came = await run();
    // Nobody knows how many tried a port that is closed.
    for (const { hits, fault } of injected)
      ok(hits > 0 || fault.name === 'refuse-connection', `nobody met ${fault.name}`);
    return came;
  } finally {
    for (const fault of injected) fault.remove();
  }
}

/** What arrives at the provider from now on. */
export function watch({ cloud }: World): () => Loopback['requests'] {
  const from = cloud.requests.length;
  return () => cloud.requests.slice(from);
}
