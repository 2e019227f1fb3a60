import { startLoopback, type Loopback } from '@patchbay/loopback';
import { gateways, type Gateway } from '@patchbay/ws-url';
import type { Stage } from '../stage.ts';

/** Portkey, and what it stands before. */
export interface World {
  /** The provider; its faults are what happens to Portkey. */
  cloud: Loopback;
  /** Portkey's base URL. */
  url: string;
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
export function gatewayTo({ cloud, url }: World, key: string = providerKey): Gateway {
  return gateways.portkey({
    baseURL: url,
    provider: 'azure-ai',
    providerKey: key,
    headers: { 'x-portkey-azure-foundry-url': cloud.url },
  });
}

/** The provider's faults, for as long as something runs. */
export async function during<T>({ cloud }: World, faults: readonly string[], run: () => Promise<T>): Promise<T> {
  const injected = faults.map((fault) => cloud.faults.inject(fault));
  try {
    return await run();
  } finally {
    for (const fault of injected) fault.remove();
  }
}
