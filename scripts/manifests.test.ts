import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

interface Manifest {
  name: string;
  private?: boolean;
  license: string;
  repository: { type: string; url: string; directory?: string };
  type: string;
  engines: { node: string };
  files: string[];
  exports: Record<string, string | Record<string, unknown>>;
  publishConfig: { access: string; exports: Record<string, string | Record<string, unknown>> };
  dependencies?: Record<string, string>;
  scripts: Record<string, string>;
}

const read = (path: string): Manifest => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as Manifest;

const folders = ['packages', 'plugins'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => `${group}/${name}`),
);
const published = folders.filter((folder) => !read(folder).private);

/** The scope and the repository stand in one place: here and in the root manifest. */
const scope = '@patchbay/';
const repository = read('.').repository;

describe.each(published)('the manifest of %s', (folder) => {
  const manifest = read(folder);

  it('has its name, its home and its licence', () => {
    expect(manifest.name).toBe(scope + folder.split('/')[1]);
    expect(manifest.repository).toEqual({ ...repository, directory: folder });
    expect(manifest.license).toBe('Apache-2.0');
    expect(manifest.publishConfig.access).toBe('public');
  });

  it('runs on the Node that we promise and ships only its build', () => {
    expect(manifest.engines.node).toBe('>=20.19');
    expect(manifest.type).toBe('module');
    expect(manifest.files.filter((file) => file !== 'NOTICE')).toEqual(['dist']);
  });

  it('publishes the exports that the workspace uses, without the sources', () => {
    const withoutSources = Object.fromEntries(
      Object.entries(manifest.exports).map(([path, target]) => {
        if (typeof target === 'string') return [path, target];
        const { dev: _dev, ...built } = target;
        return [path, built];
      }),
    );
    expect(manifest.publishConfig.exports).toEqual(withoutSources);
    expect(JSON.stringify(manifest.publishConfig)).not.toContain('src/');
  });

  it('pins the packages that are released with it', () => {
    for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
      if (name.startsWith(scope)) expect(range).toBe('workspace:*');
  });

  it('can be built, linted and checked on its own', () => {
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(['build', 'lint', 'typecheck']));
  });
});

it('there is something to publish', () => {
  expect(published.length).toBeGreaterThanOrEqual(5);
});
