import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { scratchFolder, workspace, write } from './release/__fixtures__/scratch.ts';
import { isPublished, manifestOf, packagesOf } from './release/workspace.ts';
import { writeSboms } from './write-sboms.ts';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, { permissions?: Record<string, string>; environment?: string; steps: Step[] }>;
}

const texts = new Map(
  globSync('.github/workflows/*.yml', { cwd: workspace }).map((path) => [
    path,
    readFileSync(join(workspace, path), 'utf8'),
  ]),
);
const { scripts = {} } = manifestOf(workspace);
/** What pnpm has itself. */
const ofPnpm = new Set(['install', 'exec', 'add', 'view']);

/** The commands of pnpm in a text. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/\bpnpm(?:@12)? (?:run )?([a-z][\w:-]*)/g)].map(([, name]) => name!);

describe.each([...texts])('%s', (_path, text) => {
  const workflow = parse(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('runs scripts that there are', () => {
    const runs = steps
      .flatMap((step) => [step.run, step.with?.script as string | undefined])
      .filter((run) => run !== undefined);
    const names = commandsIn(runs.join('\n')).filter((name) => !ofPnpm.has(name));
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('says which version of an action it means', () => {
    const used = steps.flatMap((step) => step.uses ?? []);
    expect(used.filter((action) => !/@(v\d+|[\da-f]{40})$/.test(action))).toEqual([]);
  });

  it('knows no token of npm: publishing is a matter of who runs it', () => {
    expect(text).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN|registry-url|secrets\./);
  });

  it('lets nobody sign anything but the jobs that publish', () => {
    const signing = Object.entries(workflow.jobs).filter(
      ([, { permissions = {} }]) => permissions['id-token'] === 'write',
    );
    for (const [name, { environment }] of signing)
      expect([name, environment]).toEqual([expect.stringMatching(/^(publish|canary)$/), 'npm']);
    expect(workflow.permissions?.['id-token']).toBeUndefined();
  });
});

describe('a release', () => {
  const { jobs } = parse(texts.get('.github/workflows/release.yml')!) as Workflow;
  const publishing = [
    jobs.publish!.steps.find(({ uses }) => uses?.startsWith('changesets/action/publish@')),
    jobs.canary!.steps.find(({ run }) => run?.includes('changeset publish')),
  ];

  // What a pnpm reads has changed before: with NPM_CONFIG_PROVENANCE, versions were published without a statement.
  it.each(publishing)('asks for provenance in a way that pnpm understands', (step) => {
    expect(step?.env).toEqual({ pnpm_config_provenance: 'true' });
    const folder = scratchFolder();
    write(folder, { 'package.json': { name: '@patchbay-scratch/nothing', version: '1.0.0' } });
    // Outside of GitHub there is nothing to make a statement of, and nothing is sent; nobody listens at that address.
    const words = ['publish', '--no-git-checks', '--registry', 'http://127.0.0.1:1/'];
    const env = { PATH: process.env.PATH, HOME: folder, ...step?.env };
    const { status, stdout, stderr } = spawnSync('pnpm', words, { cwd: folder, encoding: 'utf8', env });
    expect(status).not.toBe(0);
    expect(stdout + stderr).toMatch(/provenance/);
  });

  it('has a bill of materials for every published package, of what is installed with it', () => {
    const into = scratchFolder();
    const files = writeSboms(workspace, into);
    const published = packagesOf(workspace).filter(isPublished);
    const bills = files.map(
      (file) => JSON.parse(readFileSync(file, 'utf8')) as { name: string; packages: { name: string }[] },
    );
    expect(bills.map(({ name }) => name).sort()).toEqual(published.map(({ manifest }) => manifest.name).sort());
    const { packages } = bills.find(({ name }) => name === '@patchbay/ws-session')!;
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ws', 'https-proxy-agent', '@patchbay/ws-url']));
    expect(names).not.toContain('fast-check');
  });
});

describe("docs/releases.md, the maintainer's page", () => {
  const page = readFileSync(join(workspace, 'docs/releases.md'), 'utf8');
  const commands = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block!);

  it('has commands that can be copied: scripts that there are, and a shell that understands them', () => {
    expect(commands.length).toBeGreaterThanOrEqual(10);
    const names = commands.flatMap(commandsIn).filter((name) => !ofPnpm.has(name));
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
    for (const block of commands) expect(() => execFileSync('bash', ['-n', '-c', block])).not.toThrow();
  });

  it.each(['A name that is new', 'A release that stopped halfway', 'At the size of 31'])(
    'has the section "%s"',
    (title) => {
      expect(page).toMatch(new RegExp(`^## ${title}$`, 'm'));
    },
  );
});
