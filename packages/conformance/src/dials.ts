import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Counts what this process asks of the service: upgrades and requests, whatever became of them. Node tells of every
 * request that is made, also of those that never reach anybody.
 */
export class Dials {
  readonly #hosts: () => readonly string[];
  readonly #sockets = new Set<Socket>();
  count = 0;

  /** `hosts`: as the `Host` header names them. */
  constructor(hosts: () => readonly string[]) {
    this.#hosts = hosts;
    subscribe('http.client.request.created', this.#created);
    subscribe('undici:request:create', this.#fetched);
  }

  /** Sockets that were used and are not gone. */
  get open(): number {
    return [...this.#sockets].filter((socket) => !socket.destroyed).length;
  }

  stop(): void {
    unsubscribe('http.client.request.created', this.#created);
    unsubscribe('undici:request:create', this.#fetched);
  }

  readonly #created = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    if (!this.#hosts().includes(String(request.getHeader('host')))) return;
    if (request.method !== 'CONNECT') this.count++;
    request.once('socket', (socket) => this.#sockets.add(socket));
  };

  readonly #fetched = (message: unknown): void => {
    const { request } = message as { request: { origin: string } };
    if (this.#hosts().includes(new URL(request.origin).host)) this.count++;
  };
}
