import type { Clone } from './clone.ts';

/** Fills a clone up with generated plugins to as many published packages as are to come. Gives the names of the new. */
export async function fillUp(clone: Clone, size: number): Promise<string[]> {
  const missing = Math.max(0, size - clone.names().length);
  const names = Array.from({ length: missing }, (_, index) => `parrot-${String(index + 1).padStart(2, '0')}`);
  for (const name of names) await clone.script('scripts/new-plugin.ts', name, '--no-install');
  return names;
}
