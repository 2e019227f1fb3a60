import { publishedOf } from './release/workspace.ts';

// The names of all packages that are published, a line each, for loops of a shell.
for (const { manifest } of publishedOf('.')) console.log(manifest.name);
