/**
 * Codes of the service that stay wrong however often one asks, although some of them come as a 429.
 * https://platform.openai.com/docs/guides/error-codes
 */
export const fatalCodes: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'account_deactivated',
  'invalid_api_key',
  'model_not_found',
  'context_length_exceeded',
]);
