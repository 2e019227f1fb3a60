import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listens } from '../process/answers.ts';
import { runCommand } from '../process/command.ts';
import { environmentOf } from '../process/environment.ts';
import type { Installer } from '../setup/installer.ts';
import type { Stage } from '../stage.ts';

/** What the testsuite thinks of an answer to one case, and of how the connection ended. */
export interface Verdict {
  /** `6.4.1` */
  id: string;
  answer: string;
  end: string;
  /** Why, of both. */
  why: readonly string[];
}

/** Whoever is asked: connects to a port, to be asked what the path says, and is gone when it resolves. */
export type Client = (port: number, path: string) => Promise<void>;

const here = (file: string): string => join(import.meta.dirname, file);

/** Autobahn's cases on Autobahn's own WebSockets, which a small program of ours brings together on Python 3. */
export class Testsuite {
  readonly #python: string;
  readonly #cases: string;

  private constructor(python: string, cases: string) {
    this.#python = python;
    this.#cases = cases;
  }

  static async install(installer: Installer, version: string): Promise<Testsuite> {
    const lists = { requirements: here('requirements.lock'), sources: here('sources.lock') };
    const programs = await installer.python('autobahn', lists);
    const python = join(programs, 'python');
    const source = join(programs, `../sources/autobahntestsuite-${version}/autobahntestsuite/case`);
    const recipe = [version, readFileSync(here('port.py'), 'utf8')];
    const cases = await installer.once('ported', 'autobahn-cases', recipe, async (folder) => {
      await runCommand(python, [here('port.py'), source, folder]);
    });
    return new Testsuite(python, cases);
  }

  /** The ids of all cases that are asked. */
  async list(): Promise<string[]> {
    return JSON.parse(await this.#run('list')) as string[];
  }

  /** Asks a server, one case after the other. */
  async askServer(port: number, ids: readonly string[]): Promise<Verdict[]> {
    return verdictsIn(await this.#run('client', String(port), ...ids));
  }

  /** Starts a server that asks every client; what to ask a client with. */
  async startServer(stage: Stage): Promise<(client: Client, id: string) => Promise<Verdict>> {
    const port = await stage.freePort();
    const service = await stage.service({
      command: this.#python,
      args: this.#arguments('server', String(port)),
      env: { PYTHONDONTWRITEBYTECODE: '1' },
      isReady: () => listens(port),
    });
    return async (client, id) => {
      const before = verdictsIn(service.said()).length;
      await client(port, `/${id}`);
      for (;;) {
        const verdict = verdictsIn(service.said())[before];
        if (verdict) return verdict;
        await sleep(5);
      }
    };
  }

  #run(...args: string[]): Promise<string> {
    return runCommand(this.#python, this.#arguments(...args), {
      env: environmentOf({ PYTHONDONTWRITEBYTECODE: '1' }),
    });
  }

  #arguments(...args: string[]): string[] {
    return [here('fuzz.py'), this.#cases, ...args];
  }
}

/** Those that were printed to the end of their line. */
function verdictsIn(printed: string): Verdict[] {
  const lines = printed.split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Verdict);
}
