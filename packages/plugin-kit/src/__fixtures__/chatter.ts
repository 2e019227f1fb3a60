import type { Capability, Connection, ConnectionOptions, EndpointDescription } from '@patchbay/ws-url';
import { endpoint, resolveConnection } from '@patchbay/ws-url';

/** Chatter, a provider that nobody has heard of: what the kit's own tests speak. */
export function chatter(
  capability: Capability,
  base: string,
  options: ConnectionOptions = {},
  more: Partial<EndpointDescription> = {},
): Connection {
  const description = endpoint({
    provider: 'chatter',
    capability,
    base,
    path: capability === 'speech' ? '/say' : '/hear',
    auth: { header: 'X-Chatter-Key' },
    model: { in: 'body' },
    ...more,
  });
  return resolveConnection(description, { apiKey: 'chatter-key-1', model: 'ears-2', ...options });
}
