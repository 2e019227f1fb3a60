import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { commitAll, copyFiles, git } from '../../scripts/release/git.ts';
import { catalogsOf, publishedOf, workspaceFile } from '../../scripts/release/workspace.ts';
import { linksInto, projectsFolder } from './traces.ts';
import type { Ended, Environment, Stage } from './stage.ts';

/** The workspace as it is now, in a repository of its own, in which versions and tags may be whatever they become. */
export class Clone {
  readonly root: string;
  readonly #stage: Stage;
  readonly #env: Environment;

  constructor(stage: Stage, workspace: string, env: Environment) {
    this.#stage = stage;
    this.#env = env;
    this.root = stage.folderOf('clone');
    copyFiles(workspace, this.root);
    // Snapshots are refused during a prerelease, and a rehearsal has one.
    rmSync(join(this.root, '.changeset/pre.json'), { force: true });
    this.commit('The workspace');
  }

  /** Names of what is published. */
  names(): string[] {
    return publishedOf(this.root).map(({ manifest }) => manifest.name);
  }

  /** The version that all have. Throws where they are not in step. */
  version(): string {
    const versions = [...new Set(publishedOf(this.root).map(({ manifest }) => manifest.version))];
    if (versions.length !== 1) throw new Error(`packages are not in step: ${versions.join(', ')}`);
    return versions[0]!;
  }

  /** What plugins want beside them, `name@range`. */
  peers(): string[] {
    const { peer = {} } = catalogsOf(readFileSync(join(this.root, workspaceFile), 'utf8'));
    return Object.entries(peer).map(([name, range]) => `${name}@${range}`);
  }

  commit(message: string): void {
    commitAll(this.root, message);
  }

  /** Takes back what was written since the last commit. */
  restore(): void {
    git(this.root, 'reset', '--hard', '--quiet');
    git(this.root, 'clean', '--force', '--quiet', '--', '**/CHANGELOG.md');
  }

  /** Installs what it depends on, from the machine's store, which forgets at the end that there was such a project. */
  install(...words: string[]): Promise<string> {
    const projects = projectsFolder();
    this.#stage.atEnd(() => linksInto(projects, this.root).forEach((link) => rmSync(link)));
    return this.pnpm('install', ...words);
  }

  pnpm(...words: string[]): Promise<string> {
    return this.#stage.run('pnpm', words, { cwd: this.root, env: this.#env });
  }

  /** A script of the workspace. */
  script(path: string, ...words: string[]): Promise<string> {
    return this.#stage.run(process.execPath, ['-C', 'dev', path, ...words], { cwd: this.root, env: this.#env });
  }

  /** @throws Error where it does not end well. */
  async changeset(words: readonly string[], env: Environment = this.#env): Promise<string> {
    const { code, said } = await this.askChangeset(words, env);
    if (code === 0) return said;
    throw new Error(`\`changeset ${words.join(' ')}\` ended with ${code}:\n${said.trim().slice(-3_000)}`);
  }

  askChangeset(words: readonly string[], env: Environment = this.#env): Promise<Ended> {
    const cli = join(
      dirname(createRequire(join(this.root, 'package.json')).resolve('@changesets/cli/package.json')),
      'bin.js',
    );
    return this.#stage.ask(process.execPath, [cli, ...words], { cwd: this.root, env });
  }

  /** A changeset of a fix that names one package only. */
  addFix(name: string): Promise<string> {
    return this.changeset(['add', '--patch', name, '--message', 'A rehearsal.']);
  }

  /** Changesets that wait. */
  waiting(): string[] {
    return git(this.root, 'ls-files', '--cached', '--others', '.changeset/*.md')
      .split('\n')
      .filter((path) => path !== '' && !path.endsWith('README.md') && existsSync(join(this.root, path)));
  }
}

/** What nobody but the rehearsal's publisher reads. */
export function writeUserconfig(stage: Stage, registry: string, token: string): string {
  const path = join(stage.folder, 'npmrc');
  writeFileSync(path, `registry=${registry}\n${registry.replace(/^http:/, '')}:_authToken=${token}\n`);
  return path;
}

/** Names of the packages in what `changeset pack` left. */
export function packedIn(folder: string): string[] {
  const { plan } = JSON.parse(readFileSync(join(folder, 'publish-plan.json'), 'utf8')) as {
    plan: { kind: string; name: string }[][];
  };
  return plan
    .flat()
    .filter(({ kind }) => kind === 'publish')
    .map(({ name }) => name);
}
