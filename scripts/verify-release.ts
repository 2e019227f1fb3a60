import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { publishedOf } from './release/workspace.ts';

export interface Verification {
  root: string;
  /** The address of the registry. */
  registry: string;
  /** The dist-tag that has to point at the versions, `latest` of a release. Default: none is looked at. */
  tag?: string;
  /** Ask for names only: whether there is something under each, in any version. Default false. */
  names?: boolean;
  /** Every version has to have a statement about where it was built. Default false. */
  provenance?: boolean;
  /** For how many seconds a registry may take to show what it was given. Default 300. */
  waitSeconds?: number;
  /** Seconds from one look to the next. Default 5. */
  everySeconds?: number;
}

export interface Verified {
  /** `name@version` of everything that is there. */
  there: string[];
  /** What is not, a line each. */
  complaints: string[];
}

/** Whether every published package of a workspace is on a registry, each in the version that its manifest says. */
export async function verifyRelease(verification: Verification): Promise<Verified> {
  const { root, waitSeconds = 300, everySeconds = 5 } = verification;
  const packages = publishedOf(root).map(({ manifest }) => ({
    name: manifest.name,
    version: manifest.version ?? '0.0.0',
  }));
  const versions = [...new Set(packages.map(({ version }) => version))];
  if (versions.length > 1) {
    return {
      there: [],
      complaints: [`packages are not in step here, they are at ${versions.join(', ')}: pnpm version-packages`],
    };
  }
  let left = packages;
  const there: string[] = [];
  for (const until = Date.now() + waitSeconds * 1_000; ; await sleep(everySeconds * 1_000)) {
    const looked = await Promise.all(left.map(async (each) => ({ each, complaint: await lookUp(each, verification) })));
    there.push(
      ...looked.flatMap(({ each, complaint }) => (complaint === undefined ? `${each.name}@${each.version}` : [])),
    );
    const complaints = looked.flatMap(({ complaint }) => complaint ?? []);
    left = looked.filter(({ complaint }) => complaint !== undefined).map(({ each }) => each);
    if (left.length === 0 || Date.now() >= until) return { there: there.sort(), complaints };
  }
}

/** As much of what a registry says of a package as is looked at. */
interface Entry {
  versions?: Record<string, { dist?: { attestations?: object } }>;
  'dist-tags'?: Record<string, string>;
}

/** What is wrong with one of them, if something is. https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
async function lookUp(
  { name, version }: { name: string; version: string },
  { registry, tag, names = false, provenance = false }: Verification,
): Promise<string | undefined> {
  const release = `${name}@${version}`;
  const address = `${registry.replace(/\/$/, '')}/${name.replace('/', '%2f')}`;
  try {
    const response = await fetch(address, { headers: { accept: 'application/vnd.npm.install-v1+json' } });
    if (response.status === 404) return `${release} is not there: the registry knows no ${name}`;
    if (!response.ok) return `${release} cannot be looked up: ${registry} answers ${response.status}`;
    if (names) return undefined;
    const { versions = {}, 'dist-tags': tags = {} } = (await response.json()) as Entry;
    const found = Object.hasOwn(versions, version) ? versions[version] : undefined;
    if (found === undefined) return `${release} is not there, other versions are`;
    if (provenance && found.dist?.attestations === undefined)
      return `${release} is there without a provenance statement`;
    if (tag === undefined || tags[tag] === version) return undefined;
    return `${release} is there, but \`${tag}\` is ${tags[tag] ?? 'no version'}`;
  } catch (error) {
    const { message, cause } = error as Error;
    return `${release} cannot be looked up: ${cause instanceof Error ? cause.message : message}`;
  }
}

/** The tag that a release of this workspace goes to: that of the prerelease that it is in, or `latest`. */
export function tagOf(root: string): string {
  const file = join(root, '.changeset/pre.json');
  if (!existsSync(file)) return 'latest';
  const { mode, tag } = JSON.parse(readFileSync(file, 'utf8')) as { mode: string; tag: string };
  return mode === 'pre' ? tag : 'latest';
}

/** Where npm publishes to and installs from here, as it is configured. */
function configuredRegistry(): string {
  return execFileSync('npm', ['config', 'get', 'registry', '--workspaces=false'], { encoding: 'utf8' }).trim();
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      root: { type: 'string', default: '.' },
      registry: { type: 'string' },
      tag: { type: 'string' },
      names: { type: 'boolean' },
      provenance: { type: 'boolean' },
      wait: { type: 'string', default: '300' },
    },
  });
  const { wait, tag = tagOf(values.root), registry = configuredRegistry(), ...verification } = values;
  const { there, complaints } = await verifyRelease({ ...verification, registry, tag, waitSeconds: Number(wait) });
  for (const complaint of complaints) console.error(complaint);
  const total = there.length + complaints.length;
  if (complaints.length === 0) {
    console.log(
      values.names ? `the registry knows all ${total} names` : `all ${total} packages are there: ${there.join(', ')}`,
    );
  } else {
    const section = values.names ? 'A name that is new' : 'A release that stopped halfway';
    console.error(`${there.length} of ${total} are there. docs/releases.md, "${section}", says what to do`);
    process.exitCode = 1;
  }
}
