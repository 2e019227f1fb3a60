import type { Results, SystemResults } from '../interop/src/results.ts';
import type { Capability, GatewayRow } from '../packages/ws-url/src/index.ts';
import { servedByLoopback } from './loopback-gateways.ts';

/** Which row of the table each system of interop/ is the real thing of. */
const rowOf: Readonly<Record<string, string>> = { litellm: 'litellm', portkey: 'portkey-self-hosted' };

/** How much is behind a cell of the table: the real gateway of that version, loopback's imitation of it, or what is written. */
export type Proof = { by: 'real'; version: string } | { by: 'loopback' } | { by: 'documentation' };

export const marks: Readonly<Record<Proof['by'], string>> = { real: '●', loopback: '◐', documentation: '○' };

/** What is behind the cells of a row. */
export type Proofs = (provider: string, capability: Capability) => Proof;

/** Asks the results of `pnpm interop`, and loopback itself. */
export async function proofsOf(row: GatewayRow, results: Results): Promise<Proofs> {
  const real = realOf(row, results);
  const served = await servedByLoopback(row);
  return (provider, capability) => {
    if (real !== undefined && holds(real, provider, capability)) return { by: 'real', version: real.version };
    return { by: served.has(`${provider} ${capability}`) ? 'loopback' : 'documentation' };
  };
}

/** The real thing, if it was run. */
export function realOf(row: GatewayRow, { systems }: Results): SystemResults | undefined {
  return systems.find(({ name, imitates }) => imitates === undefined && rowOf[name] === row.name);
}

/** Cases say what they are about: a capability, of OpenAI's unless another provider stands before it. */
function holds({ cases }: SystemResults, provider: string, capability: Capability): boolean {
  const about = provider === 'openai' ? capability : `${provider} ${capability}`;
  const own = cases.filter((each) => each.about === about);
  return own.length > 0 && own.every(({ verdict }) => verdict === 'pass');
}
