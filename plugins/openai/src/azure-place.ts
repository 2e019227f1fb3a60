import { environment, refuseOption } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { AzureOptions } from './azure.ts';

/** What a user says about where a resource of Azure is, taken apart. */
export interface AzurePlace {
  /** Without the deployment, and without a version that an option overrides. */
  baseURL: string;
  /** What the user called it. */
  name: string;
  deployment: string | undefined;
  /** What the base's query says. */
  version: string | undefined;
  /** The base is that of the v1 API. */
  isV1: boolean;
}

/**
 * The resource, from a base that may name more than that: Azure's portal and the SDK's examples of the older API have
 * the deployment, the version and the whole path of a request in it.
 *
 * @throws PatchbayError `invalid-option` that says what to set.
 */
export function azurePlaceOf(options: AzureOptions): AzurePlace {
  const { name, written } = writtenIn(options);
  const { azureDeployment: deployment } = options;
  // What is no URL is refused, unseen, by the gateway.
  if (typeof written !== 'string' || !URL.canParse(written)) {
    return { baseURL: written, name, deployment, version: undefined, isV1: false };
  }
  const { pathname, searchParams } = new URL(written);
  const named = deploymentIn(pathname, name) ?? searchParams.get('deployment') ?? undefined;
  const resource = written.trim().replace(/\/deployments(?:\/[^?#]*)?(?=[?#]|$)/, '');
  return {
    // What the base's query says twice would be sent as it is there.
    baseURL: without(['deployment', ...(options.apiVersion === undefined ? [] : ['api-version'])], resource),
    name,
    deployment: deployment ?? named,
    version: searchParams.get('api-version') ?? undefined,
    isV1: /\/openai\/v1(?:\/|$)/.test(pathname),
  };
}

function writtenIn({ baseURL, azureEndpoint }: AzureOptions): { name: string; written: string } {
  const variable = environment('AZURE_OPENAI_ENDPOINT');
  for (const [name, written] of Object.entries({ baseURL, azureEndpoint, AZURE_OPENAI_ENDPOINT: variable })) {
    if ((written ?? '') !== '') return { name, written: written as string };
  }
  throw new PatchbayError(
    'invalid-option',
    'Azure OpenAI needs an endpoint: set azureEndpoint (or baseURL), or AZURE_OPENAI_ENDPOINT, e.g. https://contoso.openai.azure.com',
  );
}

/** What may stand behind a deployment. */
const requests = /^(?:chat\/completions|audio\/(?:speech|transcriptions)|responses|realtime)?$/;

function deploymentIn(pathname: string, option: string): string | undefined {
  const [, deployment = '', rest = ''] = /\/deployments(?:\/+([^/]*))?(?:\/+(.*?))?\/*$/.exec(pathname) ?? [];
  if (!requests.test(rest)) {
    refuseOption(option, 'the resource, e.g. https://contoso.openai.azure.com: name the deployment by azureDeployment');
  }
  if (deployment === '') return undefined;
  try {
    return decodeURIComponent(deployment);
  } catch {
    return refuseOption(option, 'without a "%" that stands for nothing');
  }
}

/** A URL without these parameters; the others stay as they are written. */
function without(names: readonly string[], url: string): string {
  const at = url.indexOf('?');
  if (at < 0) return url;
  const parts = url.slice(at + 1).split('&');
  const kept = parts.filter((part) => !names.some((name) => part === name || part.startsWith(`${name}=`)));
  return kept.length === parts.length ? url : [url.slice(0, at), kept.join('&')].filter(Boolean).join('?');
}
