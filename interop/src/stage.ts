import { createServer } from 'node:net';
import { join } from 'node:path';
import { folderOf } from './folder.ts';
import { startService, type Service, type ServiceOptions } from './process/service.ts';

/** Where one system runs. Everything that is started on it stops with it, last things first. */
export class Stage {
  readonly name: string;
  readonly #ends: (() => unknown)[] = [];
  #services = 0;
  #ending: Promise<void> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** A folder for configuration and the like. */
  folder(...names: string[]): string {
    return folderOf('run', this.name, ...names);
  }

  /** Starts a program, and resolves when it is ready. What it says goes to a file. */
  async service(options: Omit<ServiceOptions, 'log'>): Promise<Service> {
    const log = join(folderOf('logs'), `${this.name}-${++this.#services}.log`);
    const service = await startService({ ...options, log });
    this.atEnd(() => service.stop());
    return service;
  }

  /** A port that is free now, for servers that cannot take any. */
  freePort(): Promise<number> {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });
  }

  /** What is to be done when the system is no longer needed. */
  atEnd(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Stops everything, whatever fails to. */
  end(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  async #end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse())
      await Promise.resolve()
        .then(end)
        .catch(() => undefined);
  }
}
