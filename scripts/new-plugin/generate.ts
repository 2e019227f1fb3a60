import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { manifestOf, publishedOf } from '../release/workspace.ts';
import type { Names } from './names.ts';

const templates = join(import.meta.dirname, 'template');

/** A plugin and what the house has to know of it: what is new or different, by its path from the root. Writes nothing. */
export async function planPlugin(names: Names, root: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map([
    ...filledIn('plugin', `plugins/${names.name}`, names, root),
    ...filledIn('house', '', names, root),
    ...registrations(names, root),
  ]);
  const there = [...files.keys()].filter((path) => path.includes(names.name) && existsSync(join(root, path)));
  if (there.length > 0) throw new Error(`${there.join(', ')} is there already: delete it, or choose another name`);
  for (const [path, text] of files)
    if (/\.(ts|json|md)$/.test(path)) files.set(path, await formatted(text, join(root, path)));
  return files;
}

export function writeFiles(files: ReadonlyMap<string, string>, root: string): void {
  for (const [path, text] of files) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function filledIn(template: string, into: string, names: Names, root: string): [path: string, text: string][] {
  const folder = join(templates, template);
  const { repository, engines } = manifestOf(root);
  const values: Readonly<Record<string, string>> = {
    __name__: names.name,
    __Name__: names.pascal,
    __NAME__: names.upper,
    __camel__: names.camel,
    __Title__: names.title,
    // All are released together, so it begins where they are.
    __version__: publishedOf(root)[0]!.manifest.version ?? '0.0.0',
    __repository__: repository!.url!,
    __node__: engines!.node!,
    __year__: String(new Date().getFullYear()),
  };
  const fill = (text: string): string =>
    Object.entries(values).reduce((filled, [place, value]) => filled.replaceAll(place, value), text);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => [
      join(into, fill(path.replaceAll('\\', '/').replace(/\.template$/, ''))),
      fill(readFileSync(join(folder, path), 'utf8')),
    ]);
}

/** The files that name every plugin. */
function registrations({ name, camel, title }: Names, root: string): [path: string, text: string][] {
  const changed = (path: string, change: (text: string) => string): [string, string] => [
    path,
    change(readFileSync(join(root, path), 'utf8')),
  ];
  const endpoints = `export { ${camel}Endpoints } from './endpoints/${name}.ts';`;
  const row = `| [\`@patchbay/${name}\`](plugins/${name}) | ${title}: \`TTS\` |`;
  return [
    changed('packages/ws-url/src/index.ts', (text) =>
      added(text, /^export \{.*\} from '\.\/endpoints\/.*';$/, endpoints),
    ),
    changed('README.md', (text) => added(text, /^\| \[`@patchbay\/[^`]+`\]\(plugins\/.*$/, row)),
    changed('examples/package.json', (text) => {
      const manifest = JSON.parse(text) as { dependencies: Record<string, string> };
      const dependencies = { ...manifest.dependencies, [`@patchbay/${name}`]: 'workspace:*' };
      const sorted = Object.fromEntries(Object.entries(dependencies).sort(([one], [other]) => (one < other ? -1 : 1)));
      return JSON.stringify({ ...manifest, dependencies: sorted }, null, 2);
    }),
  ];
}

/** A line behind the last of its kind. */
function added(text: string, kind: RegExp, line: string): string {
  const lines = text.split('\n');
  const last = lines.findLastIndex((each) => kind.test(each));
  if (last < 0) throw new Error(`there is no line like ${String(kind)} to stand behind`);
  return lines.toSpliced(last + 1, 0, line).join('\n');
}

async function formatted(text: string, file: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
