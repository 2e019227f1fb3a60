import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { builderEnvironment, consumerEnvironment, publisherEnvironment } from './environment.ts';
import { Stage } from './stage.ts';

const registry = 'http://127.0.0.1:4873/';

/** What `npx`, a token in a shell and a proxy leave in an environment. */
const inherited = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  npm_config_registry: 'https://registry.example.com/',
  npm_config_userconfig: '/home/somebody/.npmrc',
  'npm_config_@patchbay:registry': 'https://registry.example.com/',
  pnpm_config_registry: 'https://registry.example.com/',
  npm_execpath: '/usr/bin/npm',
  NODE_AUTH_TOKEN: 'npm_secret',
  NPM_TOKEN: 'npm_secret',
  https_proxy: 'http://proxy.example.com:3128',
};

describe('whoever publishes', () => {
  const env = publisherEnvironment(inherited, { registry, userconfig: '/stage/npmrc', caches: '/stage/caches' });

  it('knows nothing of the user’s registries, settings, tokens and proxies', () => {
    expect(JSON.stringify(env)).not.toMatch(/example\.com|somebody|npm_secret/);
  });

  it('gets nowhere but to this machine', () => {
    expect(env).toMatchObject({ https_proxy: 'http://127.0.0.1:1', no_proxy: '127.0.0.1' });
  });

  it.each(['npm', 'pnpm'])('%s would publish to the registry of the rehearsal', async (manager) => {
    const stage = new Stage();
    onTestFinished(() => stage.end());
    const userconfig = join(stage.folder, 'npmrc');
    writeFileSync(userconfig, `registry=${registry}\n`);
    const own = publisherEnvironment(inherited, { registry, userconfig, caches: stage.folderOf('caches') });
    const asked = (name: string) => stage.run(manager, ['config', 'get', name], { cwd: stage.folder, env: own });
    expect((await asked('registry')).trim()).toBe(registry);
    expect((await asked('@patchbay:registry')).trim()).toBe('undefined');
  });
});

it('whoever installs asks the registry of the machine, with caches that go with the stage', () => {
  expect(consumerEnvironment(inherited, 'https://mirror.example.com/', '/stage/caches')).toMatchObject({
    npm_config_registry: 'https://mirror.example.com/',
    npm_config_userconfig: '/home/somebody/.npmrc',
    npm_config_cache: '/stage/caches/npm',
    pnpm_config_store_dir: '/stage/caches/store',
    https_proxy: 'http://proxy.example.com:3128',
  });
});

it('nothing is installed by itself where it is built', () => {
  expect(builderEnvironment(inherited)).toMatchObject({ pnpm_config_verify_deps_before_run: 'false' });
});
