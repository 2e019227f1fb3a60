import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Where a client tells the server what to do, beside what it asks the model. */
export const controlPath = '/control';

/** What the upgrade of a socket takes, in milliseconds: on a real way it is several round trips, and on this machine nothing. */
export const dialMs = 25;

/** `next`: one delta of each turn that waits for it. `drop`: every socket is closed. Both that and `dials` are answered by the number of dials so far. */
export type Command = 'next' | 'drop' | 'dials';

/** The client's end. */
export class Control {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<Control> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${controlPath}`, { perMessageDeflate: false });
    await once(socket, 'open');
    return new Control(socket);
  }

  next(): void {
    this.#socket.send('next');
  }

  dials(): Promise<number> {
    return this.#ask('dials');
  }

  async drop(): Promise<void> {
    await this.#ask('drop');
  }

  async #ask(command: Command): Promise<number> {
    this.#socket.send(command);
    const [count] = (await once(this.#socket, 'message')) as [Buffer];
    return Number(count.toString());
  }
}
