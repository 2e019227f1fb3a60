import { checkName, checkObject, environment, refuseOption } from '@patchbay/plugin-kit';
import { gateways, PatchbayError, type Connection, type Credential, type Gateway } from '@patchbay/ws-url';
import { azurePlaceOf, type AzurePlace } from './azure-place.ts';
import type { ClientLike } from './options.ts';

/**
 * What every `withAzure` takes beside the options of its class, in the words of LiveKit's plugins. The environment is
 * read at construction; `OPENAI_API_KEY` is never sent to Azure.
 */
export interface AzureOptions {
  /**
   * The resource, e.g. `https://contoso.openai.azure.com`, or what passes for one; `/openai` is added. Default:
   * `AZURE_OPENAI_ENDPOINT`.
   */
  azureEndpoint?: string;
  /**
   * Whatever stands before `/deployments`, `/realtime` or `/v1`, e.g. `https://apim.example.com/voice`; wins over
   * `azureEndpoint`. `/openai` is added at Azure's own hosts only, which serve nothing else.
   */
  baseURL?: string;
  /** Name of the deployment: what travels. Default: the name of the model. */
  azureDeployment?: string;
  /**
   * A dated version, e.g. `2025-04-01-preview`, asks for the older API with its `/deployments` paths and its preview of
   * realtime. None, `v1`, `latest` or `preview`: the v1 API, which has no versions. Default: `OPENAI_API_VERSION`.
   */
  apiVersion?: string;
  /** Key of the resource. Default, where no token is given: `AZURE_OPENAI_API_KEY`, then `AZURE_API_KEY`. */
  apiKey?: Credential | undefined;
  /** A Microsoft Entra token, which wins over a key. Default, where there is no key: `AZURE_OPENAI_AD_TOKEN`. */
  azureAdToken?: Credential | undefined;
  /** Asked for a token on every dial and every request, e.g. `getBearerTokenProvider` of `@azure/identity`. Wins over all. */
  azureAdTokenProvider?: (() => string | Promise<string>) | undefined;
  /** The same as `azureAdToken`. */
  entraToken?: Credential | undefined;
}

/** The options of a class, as its `withAzure` takes them. */
export type WithAzure<Options> = Partial<Omit<Options, keyof AzureOptions | 'client' | 'gateway'>> & AzureOptions;

/** Azure's options, said as a gateway; the others stay as they are. */
export type FromAzure<Options extends AzureOptions> = Omit<Options, keyof AzureOptions> & { gateway: Gateway };

/**
 * What a class is constructed with, of what its `withAzure` was given.
 *
 * @throws PatchbayError that says what to set: `invalid-option`, or `missing-credential`.
 */
export function fromAzure<Options extends AzureOptions>(options: Options): FromAzure<Options> {
  checkObject('options', options);
  const gateway = azureGateway(options);
  const { azureEndpoint, baseURL, azureDeployment, apiVersion, apiKey, ...rest } = options;
  const { azureAdToken, azureAdTokenProvider, entraToken, ...others } = rest;
  return { ...charged(), ...others, gateway } as unknown as FromAzure<Options>;
}

/** Whom to charge, as the environment says: upstream's `withAzure` sends that too. */
function charged(): { organization?: string; project?: string } {
  const [organization, project] = [environment('OPENAI_ORG_ID'), environment('OPENAI_PROJECT_ID')];
  return { ...(organization === undefined ? {} : { organization }), ...(project === undefined ? {} : { project }) };
}

/** @throws PatchbayError `invalid-option`, `invalid-url` or `missing-credential`, in the words that the user used. */
export function azureGateway(given: AzureOptions): Gateway {
  // Empty ones are what unset variables often are.
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')) as AzureOptions;
  for (const name of ['azureEndpoint', 'azureDeployment', 'apiVersion'] as const) checkName(name, options[name]);
  const place = azurePlaceOf(options);
  const version = versionOf(options, place);
  const { name, ...credential } = credentialOf(options);
  const access = {
    baseURL: place.baseURL,
    openaiPath: place.name !== 'baseURL',
    named: { baseURL: place.name, apiKey: name },
    ...(place.deployment === undefined ? {} : { deployment: place.deployment }),
    ...credential,
  };
  return version === undefined ? gateways.azure(access) : gateways.azureLegacy({ ...access, apiVersion: version });
}

/** An `AzureOpenAI` client of any version of the SDK, by its shape. */
export function isAzureClient(client: ClientLike): client is ClientLike & { apiVersion: string } {
  return typeof client.apiVersion === 'string' && client.apiVersion !== '';
}

/** The dated version under which a connection speaks the preview of the Realtime API; `undefined`: it speaks GA. */
export function previewVersionOf({ traits, row }: Connection): string | undefined {
  return traits.previewRealtime === true ? String(row.query?.['api-version']) : undefined;
}

/** A dated version, or `undefined` for the v1 API. Options win over the base's query, and that over the environment. */
function versionOf({ apiVersion }: AzureOptions, place: AzurePlace): string | undefined {
  const said = apiVersion ?? place.version;
  // A base that ends in /openai/v1 has decided; only somebody who says both is told.
  if (place.isV1 && said === undefined) return undefined;
  const version = said ?? environment('OPENAI_API_VERSION');
  if (version === undefined || /^(?:v1|latest|preview)$/i.test(version)) return undefined;
  const option = apiVersion !== undefined ? 'apiVersion' : said !== undefined ? place.name : 'OPENAI_API_VERSION';
  if (!/^\d{4}-\d{2}-\d{2}(?:-[a-z][a-z0-9-]*)?$/.test(version)) {
    return refuseOption(option, "a dated version such as '2025-04-01-preview', or 'v1' for the API without versions");
  }
  if (place.isV1) return refuseOption(option, "without a dated version beside a base URL that ends in '/openai/v1'");
  return version;
}

/** Options win over the environment, tokens over keys; in the environment the key wins, because it does not expire. */
function credentialOf(options: AzureOptions): { name: string } & ({ apiKey: Credential } | { entraToken: Credential }) {
  const { azureAdTokenProvider: provider } = options;
  if (provider !== undefined && typeof provider !== 'function') {
    refuseOption('azureAdTokenProvider', 'a function that returns a token');
  }
  for (const name of ['azureAdTokenProvider', 'azureAdToken', 'entraToken'] as const) {
    const entraToken = options[name];
    if (entraToken !== undefined) return { name, entraToken };
  }
  if (options.apiKey !== undefined) return { name: 'apiKey', apiKey: options.apiKey };
  for (const name of ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY']) {
    const apiKey = environment(name);
    if (apiKey !== undefined) return { name, apiKey };
  }
  // The second is the name in LiveKit's documentation for Node.
  for (const name of ['AZURE_OPENAI_AD_TOKEN', 'AZURE_OPENAI_ENTRA_TOKEN']) {
    const entraToken = environment(name);
    if (entraToken !== undefined) return { name, entraToken };
  }
  throw new PatchbayError(
    'missing-credential',
    'Azure OpenAI wants a credential: set azureAdTokenProvider, azureAdToken, entraToken or apiKey, or AZURE_OPENAI_API_KEY or AZURE_OPENAI_AD_TOKEN',
  );
}
