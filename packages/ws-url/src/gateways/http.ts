import type { Capability, GatewayRoute } from '../types.ts';

/** HTTP routes at OpenAI's own paths, with the model in the body, as every gateway has them that has them. */
export function httpRoutes(
  source: string,
  capabilities: readonly Capability[] = ['chat', 'responses-http', 'speech', 'transcriptions', 'models'],
): Partial<Record<Capability, GatewayRoute>> {
  return Object.fromEntries(
    capabilities.map((capability) => [capability, { model: capability === 'models' ? 'none' : 'body', source }]),
  );
}
