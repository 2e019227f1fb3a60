import { PatchbayError, type Connection, type DialRequest, type OpenAICapability } from '@patchbay/ws-url';
import { afterEach, beforeEach, vi } from 'vitest';
import { routeTo } from '../endpoint.ts';
import type { OpenAIConnectOptions } from '../options.ts';

export const azureEndpoint = 'https://contoso.openai.azure.com';
export const attempt: Parameters<Connection['request']>[0] = { signal: new AbortController().signal, wallClock: () => 0 };

/** Nothing in the environment says where to connect, or with which key. Call it once per file. */
export function withoutEnvironment(): void {
  beforeEach(() => {
    for (const name of ['API_KEY', 'BASE_URL', 'ORG_ID', 'PROJECT_ID', 'API_VERSION']) vi.stubEnv(`OPENAI_${name}`, '');
    for (const name of ['ENDPOINT', 'API_KEY', 'AD_TOKEN', 'ENTRA_TOKEN']) vi.stubEnv(`AZURE_OPENAI_${name}`, '');
    vi.stubEnv('AZURE_API_KEY', '');
  });
  afterEach(() => vi.unstubAllEnvs());
}

/** What is dialled, or asked, with these options. */
export function dial(
  options: OpenAIConnectOptions,
  capability: OpenAICapability = 'speech',
  model = 'm-1',
): Promise<DialRequest> {
  return routeTo(capability, options, model).connection.request(attempt);
}

export function failureOf(act: () => unknown): PatchbayError {
  try {
    act();
  } catch (error) {
    if (PatchbayError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
