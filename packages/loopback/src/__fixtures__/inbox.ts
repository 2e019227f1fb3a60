import type { RealtimeServerEvent } from 'openai-7/resources/realtime/realtime';

type EventOf<Event, T> = Extract<Event, { type: T }>;

/** Everything a client received, and the wait for what it has not. */
export class Inbox<Event extends { type: string } = RealtimeServerEvent> {
  readonly events: Event[] = [];
  readonly #taken = new Set<Event>();
  readonly #waiting = new Set<() => void>();
  #end: string | undefined;

  add(event: Event): void {
    this.events.push(event);
    this.#wake();
  }

  /** Nothing more will come: who waits is told why. */
  end(reason: string): void {
    this.#end = reason;
    this.#wake();
  }

  /** The next event of that type that nobody has asked for yet, which may already be there. */
  next<T extends Event['type']>(type: T): Promise<EventOf<Event, T>> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = this.events.find((event) => event.type === type && !this.#taken.has(event));
        if (!found && this.#end === undefined) return;
        this.#waiting.delete(check);
        if (!found) return reject(new Error(`The socket closed (${this.#end}) before ${type}`));
        this.#taken.add(found);
        resolve(found as EventOf<Event, T>);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** All events of that type so far. */
  all<T extends Event['type']>(type: T): EventOf<Event, T>[] {
    return this.events.filter((event): event is EventOf<Event, T> => event.type === type);
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}
