import { isBuiltin } from 'node:module';
import ts from 'typescript';
import { exportedNames } from './api.ts';
import type { Packed } from './tarball.ts';
import { isForAgents, isForTests, type Manifest } from './workspace.ts';

/** What every published package has in common: it is that of the root's manifest. */
export interface House {
  manifest: Manifest;
  /** The text of LICENSE. */
  license: string;
  /** Names of the packages that nobody can install. */
  kept: readonly string[];
}

/** What is wrong with a package as it will be installed: each line names the file or field, and what it should be. */
export function packageComplaints(packed: Packed, folder: string, house: House): string[] {
  return [
    ...fileComplaints(packed, folder, house),
    ...manifestComplaints(packed.manifest, folder, house.manifest),
    ...rangeComplaints(packed.manifest, house.kept),
    ...exportComplaints(packed),
    ...importComplaints(packed),
    ...readmeComplaints(packed, folder),
  ].map((complaint) => `${packed.manifest.name}: ${complaint}`);
}

function fileComplaints(packed: Packed, folder: string, house: House): string[] {
  const wanted = ['README.md', 'LICENSE', ...(isPlugin(folder) ? ['NOTICE'] : [])];
  const missing = wanted.filter((path) => !packed.has(path)).map((path) => `${path} is missing in the tarball`);
  const license = packed.has('LICENSE') && packed.read('LICENSE') !== house.license;
  const strangers = packed.files.filter(
    (path) => !/^(dist\/.+|package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md)$/.test(path),
  );
  const tests = [
    ...packed.files.filter(isForTests),
    ...packed.files
      .filter((path) => path.endsWith('.map'))
      .flatMap((path) => sourcesOf(packed.read(path)).filter(isForTests)),
  ];
  return [
    ...missing,
    ...(license ? ['LICENSE is not the one of the root: delete it, and pnpm packs that'] : []),
    ...strangers.map((path) => `${path} is in the tarball: \`files\` should be "dist" and "NOTICE"`),
    ...packed.files
      .filter((path) => path.startsWith('dist/') && isForAgents(path))
      .map((path) => `${path} is for those who work here and is in the tarball: keep it out of dist`),
    ...[...new Set(tests)].map(
      (path) => `${path} is for tests and is in the tarball: nothing that is built may import it`,
    ),
  ];
}

function sourcesOf(map: string): string[] {
  return (JSON.parse(map) as { sources?: string[] }).sources ?? [];
}

function manifestComplaints(manifest: Manifest, folder: string, house: Manifest): string[] {
  const { type, url, directory } = manifest.repository ?? {};
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare'].filter(
    (name) => manifest.scripts?.[name] !== undefined,
  );
  const should = (field: string, is: unknown, wanted: unknown): string[] =>
    is === wanted ? [] : [`\`${field}\` is ${JSON.stringify(is)}, and should be ${JSON.stringify(wanted)}`];
  return [
    ...should('license', manifest.license, house.license),
    ...should('engines.node', manifest.engines?.node, house.engines?.node),
    ...should('repository.type', type, house.repository?.type),
    // Provenance is refused where it differs: https://docs.npmjs.com/generating-provenance-statements
    ...should('repository.url', url, house.repository?.url),
    ...should('repository.directory', directory, folder),
    ...should('publishConfig.access', manifest.publishConfig?.access, 'public'),
    ...Object.keys(manifest.publishConfig ?? {})
      .filter((setting) => /(^|:)registry$|^tag$/.test(setting))
      .map(
        (setting) =>
          `\`publishConfig.${setting}\` would send it elsewhere than the others: leave it out, and it goes where npm is configured to`,
      ),
    ...(manifest.description ? [] : ['`description` is missing: what it is, in a line']),
    ...hooks.map((name) => `\`scripts.${name}\` would run at those who install it: leave it out`),
  ];
}

/** What only a workspace understands, what nobody can install, and versions that are not released with this one. */
function rangeComplaints(manifest: Manifest, kept: readonly string[]): string[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, devDependencies = {} } = manifest;
  const all = Object.entries({ dependencies, optionalDependencies, peerDependencies, devDependencies });
  const scope = manifest.name.split('/')[0];
  return all.flatMap(([field, ranges]) =>
    Object.entries(ranges).flatMap(([name, range]) => {
      if (/^(workspace|catalog|link|file|portal):/.test(range)) {
        return [
          `\`${field}.${name}\` is "${range}", which nobody can install: pack with pnpm, which writes the version`,
        ];
      }
      if (kept.includes(name) && field !== 'devDependencies') {
        return [
          `\`${field}.${name}\` is private, and nobody can install it: publish it, or make it a dev dependency that no build imports`,
        ];
      }
      const ours = name.startsWith(`${scope}/`) && field !== 'devDependencies';
      if (!ours || range === manifest.version) return [];
      return [
        `\`${field}.${name}\` is "${range}", and this is ${manifest.version}: write "workspace:*", all are released together`,
      ];
    }),
  );
}

type Conditions = Readonly<Record<string, { types?: string; default?: string } | undefined>>;

function exportComplaints({ manifest, has, read }: Packed): string[] {
  const paths = Object.entries(manifest.exports ?? {});
  const complaints = paths.flatMap(([path, target]) => {
    if (typeof target === 'string')
      return has(target) ? [] : [`\`exports["${path}"]\` is ${target}, which is not in the tarball`];
    const { import: imported, require: required, ...others } = target as Conditions;
    const strange = Object.keys(others).map(
      (condition) =>
        `\`exports["${path}"].${condition}\` is published: \`publishConfig.exports\` should have import and require only`,
    );
    const files = {
      'import.types': imported?.types,
      'import.default': imported?.default,
      'require.types': required?.types,
      'require.default': required?.default,
    };
    const missing = Object.entries(files).flatMap(([condition, file]) => {
      if (file === undefined)
        return [`\`exports["${path}"].${condition}\` is missing: ES modules and CommonJS, each with types`];
      return has(file)
        ? []
        : [`\`exports["${path}"].${condition}\` is ${file}, which is not in the tarball: pnpm build`];
    });
    if (strange.length + missing.length > 0) return [...strange, ...missing];
    const [one, other] = [imported!.types!, required!.types!].map((file) => exportedNames(file, read).join(', '));
    return one === other
      ? []
      : [`\`exports["${path}"]\` exports ${one} as an ES module and ${other} as CommonJS: pnpm build`];
  });
  const wanted = ['.', './package.json'].filter((path) => manifest.exports?.[path] === undefined);
  const { main, module, types, bin = {} } = manifest;
  const fields = { main, module, types };
  return [
    ...wanted.map((path) => `\`exports["${path}"]\` is missing`),
    ...complaints,
    ...Object.entries(fields).flatMap(([field, file]) =>
      file !== undefined && has(file)
        ? []
        : [`\`${field}\` is ${file ?? 'missing'}: it should be a file of dist, for tools that know no exports`],
    ),
    ...Object.values(typeof bin === 'string' ? { bin } : bin).flatMap((file) =>
      read(file).startsWith('#!')
        ? []
        : [`\`bin\` has ${file}, which ${has(file) ? 'does not begin with "#!"' : 'is not in the tarball'}`],
    ),
  ];
}

/** Code and declarations may name what is installed with them. `ws` has no types, so declarations may not. */
function importComplaints({ manifest, files, read }: Packed): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  const known = new Set([
    manifest.name,
    ...[dependencies, optionalDependencies, peerDependencies].flatMap((ranges = {}) => Object.keys(ranges)),
  ]);
  return files.flatMap((file) => {
    const declares = /\.d\.[cm]?ts$/.test(file);
    if (!declares && !/\.[cm]?js$/.test(file)) return [];
    const named = ts.preProcessFile(read(file), true, true).importedFiles.map(({ fileName }) => packageNamed(fileName));
    return [...new Set(named)].flatMap((name) => {
      if (name === undefined) return [];
      if (declares && name === 'ws')
        return [`${file} names types of ws, which users do not have: write a type of ours`];
      return known.has(name)
        ? []
        : [
            `${file} imports ${name}, which is not installed with it: add it to \`dependencies\` or \`peerDependencies\``,
          ];
    });
  });
}

function packageNamed(specifier: string): string | undefined {
  if (specifier.startsWith('.') || isBuiltin(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What somebody looks for who comes to a README: of plugins, where they connect and what was tried. */
function readmeComplaints(packed: Packed, folder: string): string[] {
  if (!packed.has('README.md')) return [];
  const { name } = packed.manifest;
  const text = packed.read('README.md').replaceAll(/^(```+)[^]*?^\1/gm, '');
  const headings = text.split('\n').filter((line) => /^#{1,2} /.test(line));
  const sections = headings.filter((line) => line.startsWith('## '));
  const wanted = isPlugin(folder) ? ['## Where to connect', '## What was verified, and how'] : [];
  const installs = packed.read('README.md').includes(`pnpm add ${name}`);
  return [
    ...(headings[0] === `# ${name}` ? [] : [`README.md should begin with "# ${name}"`]),
    ...wanted
      .filter((heading) => !sections.includes(heading))
      .map((heading) => `README.md has no section "${heading}"`),
    ...(sections.length > wanted.length
      ? []
      : ['README.md should have a section for each class, or for what the package does']),
    ...(isPlugin(folder) && !installs ? [`README.md does not say how to install it: "pnpm add ${name} …"`] : []),
  ];
}

function isPlugin(folder: string): boolean {
  return folder.startsWith('plugins/');
}
