import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string>>;

export interface CommandOptions {
  cwd: string;
  env: Environment;
}

/** What a program said, and how it ended. */
export interface Ended {
  code: number | NodeJS.Signals;
  said: string;
}

/**
 * A folder of its own and every process that is started in it. Both are gone once it has ended, however the program
 * that made it ends: a kill that cannot be caught aside.
 */
export class Stage {
  /** Nothing is written elsewhere. */
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), 'patchbay-rehearsal-')));
  readonly #running = new Set<ChildProcess>();
  readonly #last: (() => void)[] = [];
  readonly #end = (): void => this.end();

  constructor() {
    process.once('exit', this.#end);
  }

  /** A folder in it, made if need be. */
  folderOf(...names: string[]): string {
    const folder = join(this.folder, ...names);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Starts a program in a group of its own, with what it starts. */
  start(command: string, words: readonly string[], { cwd, env }: CommandOptions): ChildProcess {
    const child = spawn(command, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    child.once('exit', () => {
      killGroup(child); // what it left behind
      this.#running.delete(child);
    });
    child.on('error', () => this.#running.delete(child)); // told by whoever waits for it
    return child;
  }

  /** Runs a program to its end, whatever that is. */
  async ask(command: string, words: readonly string[], options: CommandOptions): Promise<Ended> {
    const child = this.start(command, words, options);
    let said = '';
    for (const output of [child.stdout, child.stderr])
      output!.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals];
    return { code: code ?? signal, said };
  }

  /**
   * Runs a program to its end.
   *
   * @returns what it said.
   * @throws Error with the end of what it said, where it does not end well.
   */
  async run(command: string, words: readonly string[], options: CommandOptions): Promise<string> {
    const { code, said } = await this.ask(command, words, options);
    if (code === 0) return said;
    throw new Error(`\`${[command, ...words].join(' ')}\` ended with ${code}:\n${said.trim().slice(-3_000)}`);
  }

  /** What else is to be put in order when it ends. */
  atEnd(work: () => void): void {
    this.#last.push(work);
  }

  /** At once: it is what happens last in a process, too. */
  end(): void {
    process.removeListener('exit', this.#end);
    this.#running.forEach(killGroup);
    this.#running.clear();
    this.#last.splice(0).forEach((work) => work());
    // Whoever was killed may still have been writing.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // There is nobody left.
  }
}
