import type { Environment } from './stage.ts';

/** What package managers were told by whoever started this; it would be told to those that are started from here. */
const managers = /^(npm|pnpm)_/i;
/** Where users say what holds for them: registries, proxies, certificates. */
const ofUsers = /^npm_config_(userconfig|globalconfig|cafile)$/i;

const quiet = { CI: 'true', TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', npm_config_update_notifier: 'false' };

/**
 * The environment of those who install, and of what builds: the machine's registry and its settings, and caches that
 * go when the rehearsal is over.
 */
export function consumerEnvironment(inherited: NodeJS.ProcessEnv, registry: string, caches: string): Environment {
  const kept = pick(inherited, (name) => !managers.test(name) || ofUsers.test(name));
  return { ...kept, ...quiet, ...cachesIn(caches), npm_config_registry: registry };
}

/** The environment of the clone: the machine's, with its store, where nothing is installed by itself. */
export function builderEnvironment(inherited: NodeJS.ProcessEnv): Environment {
  const kept = pick(inherited, (name) => !managers.test(name) || ofUsers.test(name));
  return { ...kept, ...quiet, pnpm_config_verify_deps_before_run: 'false' };
}

/**
 * The environment of those who publish. Nothing that the user's npm knows is in it, no registry and no token, and
 * whatever would go elsewhere than to this machine goes to a port where nobody is.
 */
export function publisherEnvironment(
  inherited: NodeJS.ProcessEnv,
  { registry, userconfig, caches }: { registry: string; userconfig: string; caches: string },
): Environment {
  const kept = pick(inherited, (name) => !managers.test(name) && !/proxy$|TOKEN/i.test(name));
  const nowhere = 'http://127.0.0.1:1';
  return {
    ...{ ...kept, ...quiet, ...cachesIn(caches) },
    ...{ http_proxy: nowhere, https_proxy: nowhere, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere },
    ...{ no_proxy: '127.0.0.1', NO_PROXY: '127.0.0.1' },
    // In both spellings: the one in small letters wins, and `npx` sets it.
    ...{ npm_config_userconfig: userconfig, NPM_CONFIG_USERCONFIG: userconfig },
    npm_config_registry: registry,
    pnpm_config_verify_deps_before_run: 'false',
  };
}

function cachesIn(folder: string): Environment {
  return {
    npm_config_cache: `${folder}/npm`,
    pnpm_config_cache_dir: `${folder}/pnpm`,
    pnpm_config_store_dir: `${folder}/store`,
  };
}

function pick(all: NodeJS.ProcessEnv, isWanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name))) as Record<string, string>;
}
