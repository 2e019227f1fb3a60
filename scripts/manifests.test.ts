import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPublished, manifestOf, packagesOf } from './release/workspace.ts';

const root = join(import.meta.dirname, '..');

const packages = packagesOf(root);
const published = packages.filter(isPublished).map(({ folder }) => folder);

/** The scope and the repository stand in one place: here and in the root manifest. */
const scope = '@patchbay/';
const { repository } = manifestOf(root);

describe.each(published)('the manifest of %s', (folder) => {
  const manifest = manifestOf(join(root, folder));

  it('has its name, its home and its licence', () => {
    expect(manifest.name).toBe(scope + folder.split('/')[1]);
    expect(manifest.repository).toEqual({ ...repository, directory: folder });
    expect(manifest.license).toBe('Apache-2.0');
    expect(manifest.publishConfig?.access).toBe('public');
  });

  it('runs on the Node that we promise and ships only its build', () => {
    expect(manifest.engines?.node).toBe('>=20.19');
    expect(manifest.type).toBe('module');
    expect(manifest.files?.filter((file) => file !== 'NOTICE')).toEqual(['dist']);
  });

  it('publishes the exports that the workspace uses, without the sources', () => {
    const withoutSources = Object.fromEntries(
      Object.entries(manifest.exports ?? {}).map(([path, target]) => {
        if (typeof target === 'string') return [path, target];
        const { dev: _dev, ...built } = target as Record<string, unknown>;
        return [path, built];
      }),
    );
    expect(manifest.publishConfig?.exports).toEqual(withoutSources);
    expect(JSON.stringify(manifest.publishConfig)).not.toContain('src/');
  });

  it('pins the packages that are released with it', () => {
    for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
      if (name.startsWith(scope)) expect(range).toBe('workspace:*');
  });

  it('takes what it asks of users from the catalogs, where it is the same for all', () => {
    for (const range of Object.values(manifest.peerDependencies ?? {})) expect(range).toBe('catalog:peer');
    for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
      if (!name.startsWith(scope)) expect(range).toBe('catalog:runtime');
  });

  it('can be built, linted and checked on its own', () => {
    expect(Object.keys(manifest.scripts ?? {})).toEqual(expect.arrayContaining(['build', 'lint', 'typecheck']));
  });
});

it('there is something to publish', () => {
  expect(published.length).toBeGreaterThanOrEqual(5);
});

// `changeset version` of a prerelease ends with a TypeError where one is missing, private or not.
it.each(packages.map(({ folder }) => folder))('%s has a version', (folder) => {
  expect(manifestOf(join(root, folder)).version).toMatch(/^\d+\.\d+\.\d+/);
});
