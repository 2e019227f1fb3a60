import type { RealtimeServerEvent } from 'openai-7/resources/realtime/realtime';

export type EventType = RealtimeServerEvent['type'];
export type EventOf<T extends EventType> = Extract<RealtimeServerEvent, { type: T }>;

/** Everything a client received, and the wait for what it has not. */
export class Inbox {
  readonly events: RealtimeServerEvent[] = [];
  readonly #taken = new Set<RealtimeServerEvent>();
  readonly #waiting = new Set<() => void>();
  #end: string | undefined;

  add(event: RealtimeServerEvent): void {
    this.events.push(event);
    this.#wake();
  }

  /** Nothing more will come: who waits is told why. */
  end(reason: string): void {
    this.#end = reason;
    this.#wake();
  }

  /** The next event of that type that nobody has asked for yet, which may already be there. */
  next<T extends EventType>(type: T): Promise<EventOf<T>> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = this.events.find((event) => event.type === type && !this.#taken.has(event));
        if (!found && this.#end === undefined) return;
        this.#waiting.delete(check);
        if (!found) return reject(new Error(`The socket closed (${this.#end}) before ${type}`));
        this.#taken.add(found);
        resolve(found as EventOf<T>);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** All events of that type so far. */
  all<T extends EventType>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}
