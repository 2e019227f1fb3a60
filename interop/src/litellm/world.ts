import { setTimeout as sleep } from 'node:timers/promises';
import type { InjectedFault, Loopback, LoopbackOptions, Mind, MindRequest } from '@patchbay/loopback';
import { gateways, type Gateway } from '@patchbay/openai';
import { until } from '../talk/until.ts';

/** A proxy as its users know it. */
export interface Place {
  origin: string;
  apiKey: string;
}

/** A proxy, real or imitated, and the providers behind it. */
export interface LiteLLMWorld {
  /** Configured by examples/gateways/litellm.yaml. */
  proxy: Place;
  /** Another one: no alias for transcriptions, no relay. */
  bare: Place;
  /** Stops the other one as its operator does. */
  readonly stopBare: () => Promise<unknown>;
  /** What its deployments lead to. */
  cloud: Loopback;
  /** What its Azure deployments lead to. */
  azure: Loopback;
  /** What the minds of both were asked, in order. */
  asked: readonly MindRequest[];
  /** So much later, milliseconds. */
  readonly pass: (ms: number) => Promise<void>;
}

export type GatewayOptions = Omit<Parameters<typeof gateways.litellm>[0], 'baseURL' | 'apiKey'>;

/** The option that a user writes. */
export function through({ origin, apiKey }: Place, options: GatewayOptions = {}): { gateway: Gateway } {
  return { gateway: gateways.litellm({ baseURL: origin, apiKey, ...options }) };
}

/** Whoever has the wrong key. */
export const stranger = (place: Place): Place => ({ ...place, apiKey: 'sk-of-somebody-else' });

/** Notes what arrives at the providers from now on; LiteLLM's own looks at the list of models are not told. */
export function watch({ cloud, azure }: LiteLLMWorld): () => Loopback['requests'] {
  const clouds = [...new Set([cloud, azure])].map((one) => ({ one, from: one.requests.length }));
  return () => clouds.flatMap(({ one, from }) => one.requests.slice(from)).filter(({ path }) => path !== '/v1/models');
}

/**
 * The same at Azure, where the provider that is not Azure must be left alone. The imitation has one cloud for both: there it
 * shows by the query alone.
 */
export function watchAzure({ cloud, azure }: LiteLLMWorld): () => Loopback['requests'] {
  const [from, others] = [azure.requests.length, cloud.requests.length];
  return () => {
    const strayed = cloud === azure ? [] : cloud.requests.slice(others).filter(({ kind }) => kind === 'upgrade');
    return [...azure.requests.slice(from).filter(({ path }) => path !== '/v1/models'), ...strayed];
  };
}

/** Something goes wrong between the proxy and the provider while `use` runs; how often it did is in `fault.hits`. */
export async function during<T>(
  { cloud }: LiteLLMWorld,
  what: string,
  use: (fault: InjectedFault) => Promise<T>,
): Promise<T> {
  // A fault that is meant for the next socket must not find one that is about to close.
  await until(() => cloud.sockets === 0, 'the sockets of the case before are closed');
  const fault = cloud.faults.inject(what);
  try {
    return await use(fault);
  } finally {
    fault.remove();
  }
}

/** `/v1/realtime?model=gpt-realtime` */
export const targetsOf = (requests: Loopback['requests']): string[] =>
  requests.map(({ path, query }) => `${path}${query}`);

/** Says again what it hears, and at length where it is asked for a story. */
export function repeatingMind(asked: MindRequest[]): Mind {
  return {
    async *reply(request) {
      asked.push(request);
      const heard = request.turns.findLast(({ role }) => role === 'user')?.text.trim() ?? '';
      for (const word of `You said ${heard}`.split(/(?<= )/)) yield { type: 'text', text: word };
      for (let chapter = 0; /story/i.test(heard) && chapter < 2_000 && !request.signal.aborted; chapter++) {
        await sleep(20);
        yield { type: 'text', text: ' and then' };
      }
    },
  };
}

export const prompt: LoopbackOptions = { voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 } };
