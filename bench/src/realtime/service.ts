import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** What takes longer will not come. */
const longestWaitMs = 30_000;

/** What the server counted. */
export interface Counts {
  audioBytes: number;
  deltas: number;
  connections: number;
  cpuMs: number;
}

/** The measuring client's view of the server: where it is, and how far it is. */
export class Service {
  readonly #port: number;
  readonly #progress: WebSocket;
  #heardBytes = 0;
  #waiting: { bytes: number; resolve: () => void } | undefined;

  private constructor(port: number, progress: WebSocket) {
    this.#port = port;
    this.#progress = progress;
    progress.on('message', (data) => {
      this.#heardBytes = Number((data as Buffer).toString());
      if (this.#waiting === undefined || this.#waiting.bytes > this.#heardBytes) return;
      this.#waiting.resolve();
      this.#waiting = undefined;
    });
  }

  static async at(port: number): Promise<Service> {
    const progress = new WebSocket(`ws://127.0.0.1:${port}/progress`, { perMessageDeflate: false });
    await once(progress, 'open');
    return new Service(port, progress);
  }

  /** The base URL of a service that behaves like this; see the server. */
  url(...settings: string[]): string {
    return `ws://127.0.0.1:${this.#port}/${settings.length === 0 ? 'plain' : settings.join('.')}/v1`;
  }

  async counts(): Promise<Counts> {
    return (await (await fetch(`http://127.0.0.1:${this.#port}/counts`)).json()) as Counts;
  }

  /** Until the server has heard so much since it was started; it tells once per second of audio. */
  async heard(bytes: number): Promise<void> {
    if (this.#heardBytes >= bytes) return;
    await new Promise<void>((resolve, reject) => {
      const overdue = setTimeout(() => {
        reject(new Error(`the server heard ${this.#heardBytes} bytes, and not ${bytes}`));
      }, longestWaitMs);
      const heard = (): void => {
        clearTimeout(overdue);
        resolve();
      };
      this.#waiting = { bytes, resolve: heard };
    });
  }

  /** Until there are so many connections beside this one. */
  async connected(connections: number): Promise<void> {
    const since = performance.now();
    for (;;) {
      const { connections: there } = await this.counts();
      if (there === connections) return;
      if (performance.now() - since > longestWaitMs)
        throw new Error(`there are ${there} connections, and not ${connections}`);
      await sleep(20);
    }
  }

  close(): void {
    this.#progress.terminate();
  }
}
