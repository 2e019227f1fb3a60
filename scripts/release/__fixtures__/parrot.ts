import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder, write } from './scratch.ts';

const repository = { type: 'git', url: 'git+https://github.com/patchbay-voice/patchbay.git' };

const root = { name: 'workspace', private: true, license: 'Apache-2.0', engines: { node: '>=20.19' }, repository };

const built = {
  '.': {
    import: { types: './dist/index.d.ts', default: './dist/index.js' },
    require: { types: './dist/index.d.cts', default: './dist/index.cjs' },
  },
  './package.json': './package.json',
};

const published = {
  version: '0.3.0',
  license: 'Apache-2.0',
  type: 'module',
  main: './dist/index.cjs',
  module: './dist/index.js',
  types: './dist/index.d.cts',
  exports: { ...built, '.': { dev: './src/index.ts', ...built['.'] } },
  engines: { node: '>=20.19' },
  publishConfig: { access: 'public', exports: built },
};

export const parrot = {
  ...published,
  name: '@patchbay/parrot',
  description: 'A parrot for LiveKit Agents.',
  repository: { ...repository, directory: 'plugins/parrot' },
  files: ['dist', 'NOTICE'],
  bin: { parrot: './dist/cli.js' },
  dependencies: { '@patchbay/ws-url': 'workspace:*', ws: 'catalog:runtime' },
  peerDependencies: { '@livekit/agents': 'catalog:peer' },
};

const wsUrl = {
  ...published,
  name: '@patchbay/ws-url',
  description: 'Addresses.',
  repository: { ...repository, directory: 'packages/ws-url' },
  files: ['dist'],
};

const readme = `# @patchbay/parrot

\`\`\`sh
pnpm add @patchbay/parrot @livekit/agents
# no heading: a comment of a shell
\`\`\`

## Where to connect

## \`TTS\`

## What was verified, and how
`;

export const declarations = `import { tts } from "@livekit/agents";
import { Clock } from "./clock-a1b2.js";
interface ParrotOptions {
  /** How loud. Default 1. */
  volume?: number;
}
declare class TTS extends tts.TTS {
  #private;
  private ear;
  protected mouth: string;
  constructor(options?: ParrotOptions, clock?: Clock);
}
export declare const MAX = 5;
export { type ParrotOptions, TTS };
`;

const clock = 'interface Clock {\n  now(): number;\n}\nexport { Clock };\n';

/** A workspace with a plugin that is as it should be, and the package that it needs, built. */
export function parrotWorkspace(folder = scratchFolder()): string {
  write(folder, {
    'package.json': root,
    'pnpm-workspace.yaml':
      "packages: [packages/*, plugins/*]\ncatalogs:\n  runtime: { ws: ^8.23.0 }\n  peer: { '@livekit/agents': ^1.9.0 }\n",
    LICENSE: 'Apache License\n',
    'packages/ws-url/package.json': wsUrl,
    'packages/ws-url/README.md': '# @patchbay/ws-url\n\n## What holds\n',
    'packages/ws-url/dist/index.js': 'export const one = 1;\n',
    'packages/ws-url/dist/index.cjs': 'exports.one = 1;\n',
    'packages/ws-url/dist/index.d.ts': 'export declare const one = 1;\n',
    'packages/ws-url/dist/index.d.cts': 'declare const one = 1;\nexport { one };\n',
    'plugins/parrot/package.json': parrot,
    'plugins/parrot/README.md': readme,
    'plugins/parrot/NOTICE': '@patchbay/parrot\n',
    'plugins/parrot/src/index.ts': 'export {};\n',
    'plugins/parrot/src/tts.test.ts': 'export {};\n',
    'plugins/parrot/dist/index.js': "import WebSocket from 'ws';\nimport 'node:fs';\nexport { WebSocket as TTS };\n",
    'plugins/parrot/dist/index.js.map': { version: 3, sources: ['../src/index.ts'], mappings: '' },
    'plugins/parrot/dist/index.cjs': "const { one } = require('@patchbay/ws-url');\nexports.TTS = one;\n",
    'plugins/parrot/dist/cli.js': '#!/usr/bin/env node\n',
    'plugins/parrot/dist/index.d.ts': declarations,
    'plugins/parrot/dist/clock-a1b2.d.ts': clock,
    'plugins/parrot/dist/index.d.cts': declarations.replace('a1b2.js', 'c3d4.cjs'),
    'plugins/parrot/dist/clock-c3d4.d.cts': clock,
  });
  // As an installation would; pnpm reads the version of ws-url there.
  mkdirSync(join(folder, 'plugins/parrot/node_modules/@patchbay'), { recursive: true });
  symlinkSync(join(folder, 'packages/ws-url'), join(folder, 'plugins/parrot/node_modules/@patchbay/ws-url'));
  return folder;
}
