/** A file below the repository’s root, and the title of a test or a `describe` in it, as it is written there. */
export type Proof = readonly [file: string, title: string];

/** A file of this plugin, below the repository’s root. */
export function file(path: string): string {
  return ['plugins/openai/src', path].join('/');
}
