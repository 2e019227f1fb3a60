import { isDeepStrictEqual } from 'node:util';
import { checkPackages } from '../../scripts/check-packages.ts';
import { verifyRelease } from '../../scripts/verify-release.ts';
import type { Acts } from './acts.ts';
import { checkRegistries } from './check-registries.ts';
import { packedIn, type Clone } from './clone.ts';
import type { Registry } from './registry.ts';
import type { Environment, Stage } from './stage.ts';

export interface Release {
  acts: Acts;
  stage: Stage;
  clone: Clone;
  registry: Registry;
  /** Of those who publish. */
  env: Environment;
}

/** The package of which a fix releases all. */
const smallest = '@patchbay/ws-url';

/** Everything between a changeset and a registry that has it all, as the workflow does it. */
export async function releaseAll(release: Release): Promise<void> {
  const { acts, clone, env } = release;
  await acts.act('nobody else is asked while it is published', () =>
    checkRegistries({ stage: release.stage, cwd: clone.root, env, address: release.registry.address }),
  );
  await version(release);
  await acts.act('everything is built', () => clone.pnpm('build'), endOf);
  const folder = await packAll(release, 'first');
  await acts.act(
    'the tarballs are what users should install',
    () => checkPackages({ root: clone.root, from: folder }),
    ({ complaints, checked }) => {
      if (complaints.length > 0) throw new Error(complaints.join('\n'));
      return `${checked.length} tarballs`;
    },
  );
  await acts.act('all are published', async () => {
    await clone.changeset(['publish', '--from-pack-dir', folder], env);
    return verify(release, 'latest');
  });
}

/** Versions of their own under a tag of their own; nobody who installs `latest` gets them. */
export async function releaseSnapshot(release: Release): Promise<void> {
  const { acts, clone, env } = release;
  const released = clone.version();
  await acts.act('a snapshot leaves `latest` alone', async () => {
    const before = await latest(release);
    await clone.addFix(smallest);
    await clone.changeset(['version', '--snapshot', 'canary']);
    const snapshot = clone.version();
    if (!/-canary-/.test(snapshot)) throw new Error(`the snapshot is called ${snapshot}`);
    await clone.changeset(['publish', '--tag', 'canary', '--no-git-tag'], env);
    await verify(release, 'canary');
    const after = await latest(release);
    if (!isDeepStrictEqual(before, after)) throw new Error(`latest was ${text(before)} and is ${text(after)}`);
    clone.restore();
    if (clone.version() !== released) throw new Error(`the clone is at ${clone.version()} after it`);
    return `${snapshot} is canary, latest is still ${released}`;
  });
}

/** A registry that is gone in the middle of a release, and what is done about it. */
export async function releaseThroughFailure(release: Release, survivors = 3): Promise<void> {
  const { acts, clone, registry, env } = release;
  const before = clone.version();
  await version(release);
  const now = clone.version();
  const total = clone.names().length;
  await acts.act('a registry that dies after some packages is noticed', async () => {
    registry.dieAfter(survivors);
    const { code, said } = await clone.askChangeset(['publish'], env);
    registry.revive();
    if (code === 0) throw new Error(`publishing ended well:\n${said}`);
    const { there, complaints } = await look(release, 'latest');
    if (there.length !== survivors || complaints.length !== total - survivors)
      throw new Error(`${there.length} of ${total} are there, and ${survivors} should be`);
    return `${there.length} of ${total} at ${now}, the others still at ${before}; \`changeset publish\` ended with ${code}`;
  });
  const folder = await packAll(release, 'rest', total - survivors);
  await acts.act('doing the same again completes it', async () => {
    await clone.changeset(['publish', '--from-pack-dir', folder], env);
    return verify(release, 'latest');
  });
  await acts.act('once more, and there is nothing to do', async () => {
    const said = await clone.changeset(['publish'], env);
    return /No unpublished projects|already published/i.exec(said)?.[0] ?? endOf(said);
  });
}

async function version({ acts, clone }: Release): Promise<void> {
  const before = clone.version();
  await acts.act('a changeset that names one package gives all a version', async () => {
    await clone.addFix(smallest);
    await clone.changeset(['version']);
    const now = clone.version();
    if (now === before) throw new Error(`all are still at ${now}`);
    const waiting = clone.waiting();
    if (waiting.length > 0) throw new Error(`${waiting.join(', ')} is not used up`);
    clone.commit(`Release ${now}`);
    return `${clone.names().length} packages, ${before} → ${now}`;
  });
}

async function packAll(
  { acts, stage, clone, env }: Release,
  name: string,
  count: number = clone.names().length,
): Promise<string> {
  const folder = `${stage.folderOf('packed')}/${name}`;
  await acts.act('what is missing is packed', async () => {
    await clone.changeset(['pack', '--out-dir', folder], env);
    const packed = packedIn(folder);
    if (packed.length !== count) throw new Error(`${packed.length} are packed: ${packed.join(', ')}`);
    return `${count} packages`;
  });
  return folder;
}

function look({ clone, registry }: Release, tag: string): ReturnType<typeof verifyRelease> {
  return verifyRelease({ root: clone.root, registry: registry.address, tag, waitSeconds: 0 });
}

async function verify(release: Release, tag: string): Promise<string> {
  const { there, complaints } = await look(release, tag);
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return `${there.length} names@version are there, as \`${tag}\``;
}

/** Name → the version that is `latest`. */
async function latest({ clone, registry }: Release): Promise<Record<string, string | undefined>> {
  const entries = clone.names().map(async (name) => {
    const response = await fetch(registry.address + name.replace('/', '%2f'));
    const { 'dist-tags': tags = {} } = (await response.json()) as { 'dist-tags'?: Record<string, string> };
    return [name, tags.latest] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function text(value: unknown): string {
  return JSON.stringify(value);
}

/** The last line that says something. */
function endOf(said: string): string {
  return said.trim().split('\n').at(-1)!.trim();
}
