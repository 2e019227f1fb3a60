export { addressOf, resolveConnection } from './connection.ts';
export { capabilityTitles, endpoint } from './endpoint.ts';
export { openaiEndpoints } from './endpoints/openai.ts';
export { PatchbayError, type Hop, type PatchbayErrorCode, type PatchbayErrorDetails } from './errors.ts';
export { gateways } from './gateways/index.ts';
export type * from './gateways/index.ts';
export { gatewayRows } from './gateways/table.ts';
export { createScrubber, redactUrl } from './scrub.ts';
export type * from './types.ts';
