import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkRegistries } from './check-registries.ts';
import { publisherEnvironment } from './environment.ts';
import { Stage } from './stage.ts';

const address = 'http://127.0.0.1:4873/';

it('nothing is in the way of publishing where npm and pnpm know the registry of the rehearsal only', async () => {
  await expect(check({ user: `registry=${address}` })).resolves.toBe(address);
});

it.each([
  ['another registry of the user', { user: 'registry=https://registry.example.com/' }],
  ['another registry for the scope', { user: `registry=${address}\n@patchbay:registry=https://registry.example.com/` }],
  [
    'another registry of the folder, for the scope',
    { user: `registry=${address}`, folder: '@patchbay:registry=https://registry.example.com/' },
  ],
])('%s stops the release before anything is sent', async (_, settings) => {
  await expect(check(settings)).rejects.toThrow(/would publish to https:\/\/registry\.example\.com/);
});

function check({ user, folder }: { user: string; folder?: string }): Promise<string> {
  const stage = new Stage();
  onTestFinished(() => stage.end());
  const userconfig = join(stage.folder, 'user-npmrc');
  const cwd = stage.folderOf('workspace');
  writeFileSync(userconfig, `${user}\n`);
  writeFileSync(join(cwd, 'package.json'), '{"name":"workspace","private":true}');
  if (folder) writeFileSync(join(cwd, '.npmrc'), `${folder}\n`);
  // Without the registry that the environment would say, so that what the files say is seen.
  const { npm_config_registry: _, ...env } = publisherEnvironment(process.env, {
    registry: address,
    userconfig,
    caches: stage.folderOf('caches'),
  });
  return checkRegistries({ stage, cwd, env, address });
}
