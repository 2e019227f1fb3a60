import { join } from 'node:path';
import type { Service } from '../process/service.ts';
import type { Installer } from '../setup/installer.ts';
import type { Stage } from '../stage.ts';

/** The version that requirements.lock pins. */
export const version = '1.105.3';

/** What a client of the proxy is given. */
export const masterKey = 'sk-interop-0123456789abcdef0123456789abcdef';

const installed = (installer: Installer): Promise<string> =>
  installer.python('litellm', { requirements: join(import.meta.dirname, 'requirements.lock') });

/** The folder of its programs is known once it is installed. */
let programs: string | undefined;

export async function installProxy(installer: Installer): Promise<void> {
  programs = await installed(installer);
}

export interface ProxyOptions {
  config: string;
  /** Where the providers are, and who vouches for them. */
  providers: Readonly<Record<string, string>>;
}

/** Nothing is fetched, nothing told to anybody, and no database. */
const offline = {
  LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS: 'True',
  LITELLM_LOCAL_BLOG_POSTS: 'True',
  LITELLM_LOCAL_POLICY_TEMPLATES: 'True',
  LITELLM_LOCAL_AUTOROUTER_PRESETS: 'True',
  LITELLM_LOG: 'ERROR',
  DISABLE_ADMIN_UI: 'True',
  NO_DOCS: 'True',
  NO_REDOC: 'True',
  NO_PROXY: '*',
  PYTHONUNBUFFERED: '1',
};

/** A LiteLLM proxy that answers; its address. */
export async function startProxy(
  stage: Stage,
  { config, providers }: ProxyOptions,
): Promise<{ origin: string; service: Service }> {
  const port = await stage.freePort();
  const origin = `http://127.0.0.1:${port}`;
  const service = await stage.service({
    command: join(programs!, 'litellm'),
    args: ['--config', config, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1'],
    cwd: stage.folder(),
    env: { ...offline, ...providers, LITELLM_MASTER_KEY: masterKey },
    isReady: async () => (await fetch(`${origin}/health/readiness`, { signal: AbortSignal.timeout(5_000) })).ok,
  });
  return { origin, service };
}
