import { deepEqual } from 'node:assert/strict';
import type { Connection, GatewayTraits } from '@patchbay/ws-url';

/** What was just seen of a gateway is what the table says of it: a row that says otherwise, or nothing, fails. */
export function assertClaimed<Trait extends keyof GatewayTraits>(
  { traits, endpoint }: Connection,
  trait: Trait,
  seen: GatewayTraits[Trait],
): void {
  deepEqual(traits[trait], seen, `the row's \`${trait}\` for ${endpoint.provider} ${endpoint.capability}`);
}

/** “1 dial”, “3 dials”. */
export function times(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
