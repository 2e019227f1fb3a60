import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compareSurfaces } from './surface.ts';

export interface SurfaceOptions {
  /** URL of the entry of LiveKit's own plugin, as `import.meta.resolve` gives it. */
  upstream: string;
  /** URL of our `index.ts`. */
  ours: URL;
  /** A page whose table names, in its first column, the differences that are meant. */
  documented: URL;
}

/** Holds a plugin to the surface of the one that it replaces, for its `surface.test.ts`. */
export function describeSurface({ upstream, ours, documented }: SurfaceOptions): void {
  const names = readFileSync(documented, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
  const declarations = fileURLToPath(upstream).replace(/\.js$/, '.d.ts');
  const differences = compareSurfaces(declarations, fileURLToPath(ours));
  const covers = (name: string) => (difference: string) =>
    difference.startsWith(name) && /^$|^[.([]/.test(difference.slice(name.length));
  const page = documented.pathname.split('/').at(-1);

  test(`nothing of upstream's surface is missing or different, unless ${page} says so`, () => {
    const unexplained = differences.filter(({ name }) => !names.some((each) => covers(each)(name)));
    expect(unexplained).toEqual([]);
  });

  test.each(names)('%s is a difference indeed', (name) => {
    expect(differences.some((difference) => covers(name)(difference.name))).toBe(true);
  });
}
