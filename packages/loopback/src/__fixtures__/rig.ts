import { afterEach } from 'vitest';
import type { GatewaySettings } from '../gateways/settings.ts';
import { ManualClock } from './manual-clock.ts';
import { startInFront, startProvider } from './provider.ts';
import type { Provider, ProviderBehaviour } from './provider.ts';
import { connectRaw } from './raw-socket.ts';
import type { RawSocket } from './raw-socket.ts';

/** A gateway, the provider behind it, and the clock that both go by. */
export interface Rig {
  readonly provider: Provider;
  readonly clock: ManualClock;
  readonly origin: string;
  /** The base URL that the gateway's clients are given. */
  readonly url: string;
  /** Opens a socket at a path of the gateway. */
  connect(path: string, options?: RawSocketOptions): RawSocket;
  /** Stops the gateway. */
  stop(): Promise<void>;
}

export type RawSocketOptions = Parameters<typeof connectRaw>[1];

export type StartRig = (
  settings: GatewaySettings | string,
  behaviour?: ProviderBehaviour,
  keys?: readonly string[],
) => Promise<Rig>;

/** Starts rigs, and ends them after each test. Any key opens the gateway unless `keys` are given. */
export function useRig(): StartRig {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  return async (settings, behaviour, keys) => {
    const provider = await startProvider(behaviour);
    const clock = new ManualClock();
    const front = await startInFront(provider, settings, { clock, ...(keys ? { keys } : {}) });
    open.push(provider, front);
    return {
      provider,
      clock,
      origin: front.origin,
      url: front.url,
      connect(path, options) {
        const socket = connectRaw(front.origin + path, options);
        open.push({ close: async () => socket.socket.terminate() });
        return socket;
      },
      stop() {
        open.splice(open.indexOf(front), 1);
        return front.close();
      },
    };
  };
}
