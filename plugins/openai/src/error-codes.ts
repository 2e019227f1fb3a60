import type { PatchbayError } from '@patchbay/ws-url';

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

/** Of models that are not there, as OpenAI, Azure (`DeploymentNotFound`), Groq and Mistral say it. */
const missingModel =
  /^(?:invalid|unknown)_model|^model_?(?:is_)?(?:not_?(?:found|exist|available)|decommissioned)|^deployment_?not_?found/i;

/** Whether a refusal says that it is about the model or the account, and so about no field of the request. */
export function isElsewhere({ providerCode = '' }: PatchbayError): boolean {
  return fatalCodes.has(providerCode) || missingModel.test(providerCode);
}
