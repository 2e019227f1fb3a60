import { commitAll } from '../git.ts';
import { scratchFolder, write, type Files } from './scratch.ts';

/** The catalogs and packages of a workspace that has two packages to install and one to keep. */
export const catalogs = (peer = '^1.9.0', ws = '^8.23.0', vitest = '5.1.1'): string => `
packages: [packages/*, plugins/*]
catalog: { vitest: ${vitest}, ws: 8.23.0 }
catalogs:
  runtime: { ws: ${ws} }
  peer: { '@livekit/agents': ${peer} }
`;

export const wsUrl = { name: '@patchbay/ws-url', version: '0.3.0', engines: { node: '>=20.19' } };
export const openai = {
  name: '@patchbay/openai',
  version: '0.3.0',
  engines: { node: '>=20.19' },
  dependencies: { '@patchbay/ws-url': 'workspace:*', ws: 'catalog:runtime' },
  peerDependencies: { '@livekit/agents': 'catalog:peer' },
  devDependencies: { vitest: 'catalog:' },
};
export const conformance = { name: '@patchbay/conformance', version: '0.0.0', private: true };

/** The path of a changeset, and what it says. */
export function changeset(releases: Record<string, string>, text = 'Something is different.', name = 'a-change'): Files {
  const lines = Object.entries(releases).map(([each, level]) => `'${each}': ${level}\n`);
  return { [`.changeset/${name}.md`]: `---\n${lines.join('')}---\n\n${text}\n` };
}

/** Such a workspace in a repository of its own, committed on `main`. */
export function smallWorkspace(files: Files = {}): string {
  const root = scratchFolder();
  write(root, {
    'pnpm-workspace.yaml': catalogs(),
    'package.json': { name: 'workspace', private: true },
    'tsdown.base.ts': 'export {};\n',
    '.changeset/README.md': '# Changesets\n',
    '.changeset/config.json': {},
    'packages/ws-url/package.json': wsUrl,
    'packages/ws-url/src/index.ts': 'export const one = 1;\n',
    'packages/conformance/package.json': conformance,
    'packages/conformance/src/index.ts': 'export const two = 2;\n',
    'plugins/openai/package.json': openai,
    'plugins/openai/README.md': '# @patchbay/openai\n',
    'plugins/openai/src/index.ts': 'export const three = 3;\n',
    ...files,
  });
  commitAll(root);
  return root;
}
