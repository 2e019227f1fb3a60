import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { writeFileSync, existsSync } from 'node:fs';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface GroupOptions extends Omit<SpawnOptions, 'detached'> {
  /** 0 to 19: how far it stands back behind whatever else wants the processor. Default 0. */
  niceness?: number;
}

/** Milliseconds that a program has to end by itself. */
const politenessMs = 5_000;
const running = new Set<Group>();
process.once('exit', () => running.forEach((group) => group.kill('SIGKILL')));

/** A program in a group of its own, which ends with all that it started: when it ends itself, and when we do. */
export class Group {
  readonly child: ChildProcess;
  /** Resolves to the code that it ended with, or the signal; rejects when it cannot be started. */
  readonly ended: Promise<number | NodeJS.Signals>;
  #isOver = false;

  constructor(command: string, args: readonly string[], { niceness = 0, ...options }: GroupOptions = {}) {
    const [program, ...rest] = [...nicely(niceness), command, ...args];
    this.child = spawn(program!, rest, { ...options, detached: true });
    running.add(this);
    const ended = once(this.child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    this.ended = ended.finally(() => {
      this.#isOver = true;
      this.kill('SIGKILL'); // what it left behind
      running.delete(this);
    });
    this.ended.catch(() => undefined); // told to whoever waits
    if (niceness > 0) standBack(this.child.pid, niceness);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  kill(signal: NodeJS.Signals): void {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, signal);
    } catch {
      // There is nobody left.
    }
  }

  /** Asks it to end, then makes it. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.kill('SIGTERM');
    await Promise.race([this.ended, sleep(politenessMs, undefined, { ref: false })]);
    if (!this.#isOver) this.kill('SIGKILL');
    await this.ended;
  }
}

function nicely(niceness: number): string[] {
  const isThere = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'nice')));
  return niceness > 0 && isThere ? ['nice', '-n', String(niceness)] : [];
}

/** A group is a session, and some Linux machines share the processor among sessions first: sched(7), “autogroup”. */
function standBack(pid: number | undefined, niceness: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
  } catch {
    // This machine does not.
  }
}
