import { addressOf, gateways, openaiEndpoints } from '@patchbay/ws-url';

/** Addresses are decided with a key at hand, and this one goes nowhere. */
const apiKey = 'none';

/**
 * Where a conversation is held under a base URL, as the URL of a WebSocket; the base may be of any of the schemes http,
 * https, ws and wss, and its query is kept.
 *
 * @throws PatchbayError `invalid-url`.
 */
export function processBaseURL(options: {
  baseURL: string;
  model: string;
  isAzure: boolean;
  azureDeployment?: string;
  apiVersion?: string;
}): string {
  const { baseURL, model, isAzure, azureDeployment, apiVersion } = options;
  const azure = { baseURL, apiKey };
  const where = !isAzure
    ? { baseURL, apiKey, model }
    : {
        gateway: apiVersion ? gateways.azureLegacy({ ...azure, apiVersion }) : gateways.azure(azure),
        model: azureDeployment,
      };
  return addressOf(openaiEndpoints.conversation, { ...where, allowInsecure: true });
}
