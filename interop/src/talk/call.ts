import { initializeLogger, type APIConnectOptions } from '@livekit/agents';
import type { ConnectionEvent } from '@patchbay/ws-session';
import { PatchbayError } from '@patchbay/ws-url';
import { until } from './until.ts';
import { testify } from './witness.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** LiveKit's retries without their waits, where a call is not given others. */
export const quickly: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };

/** A failure as LiveKit tells it. */
export interface Failure {
  error: Error;
  /** It is tried again. */
  recoverable: boolean;
  /** What stands behind it. */
  cause: PatchbayError | undefined;
}

/** Whatever tells of what happens to it: every model and session of LiveKit's, each with types of its own. */
export interface Telling {
  on(event: never, listener: never): unknown;
}

/** A model of ours. */
export interface Model extends Telling {
  close(): Promise<void>;
}

/** A model in use, and what its user gets to know. */
export class Call {
  /** What was understood, or answered, turn by turn. */
  readonly turns: string[] = [];
  /** In order. Somebody must listen, for LiveKit retries only then. */
  readonly failures: Failure[] = [];
  readonly events: ConnectionEvent[] = [];
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
    this.noteFailures(model);
    model.on('connection' as never, ((event: ConnectionEvent) => this.events.push(event)) as never);
  }

  /** Every turn, as soon as there are so many; rejects with what ended the call before. */
  async heard(count: number = 1): Promise<string[]> {
    await this.unlessOver(
      () => this.turns.length >= count,
      () => `${count} turns, of which came ${this.turns.length}`,
    );
    return [...this.turns];
  }

  /** What ended the call, as soon as something has. What was tried again is among the {@link losses}. */
  async failure(): Promise<Error> {
    await until(() => this.errors.length > 0, 'an error that ends the call');
    return this.errors[0]!;
  }

  /** Resolves when that many connections have been opened; rejects with what ended the call before. */
  async opened(count: number = 1): Promise<void> {
    await this.unlessOver(
      () => this.opens >= count,
      () => `${count} connections, of which came ${this.opens}`,
    );
  }

  /** Resolves when a connection has been closed for good. */
  async closed(): Promise<void> {
    await until(() => this.#ofType('closed').length > 0, 'a connection to be closed');
  }

  /** What nobody tries to mend. */
  get errors(): Error[] {
    return this.failures.filter(({ recoverable }) => !recoverable).map(({ error }) => error);
  }

  /** How often it dialled. */
  get dials(): number {
    return this.#ofType('connecting').length;
  }

  /** How many of these became connections. */
  get opens(): number {
    return this.#ofType('open').length;
  }

  /** Why connections were lost. */
  get losses(): PatchbayError[] {
    return this.#ofType('reconnecting').map(({ error }) => error);
  }

  /** Milliseconds of speech that nobody has heard, by the plugin's own account. */
  get droppedMs(): number {
    return this.#ofType('audio-dropped').reduce((sum, { droppedMs }) => sum + droppedMs, 0);
  }

  /** Closes the model too, and bears witness of the call. */
  async end(): Promise<void> {
    await this.#model.close();
    testify(JSON.stringify(this.account()));
  }

  /** What the caller got to know: the same in every run of the same call. */
  protected account(): Record<string, unknown> {
    const failures = this.failures.map(({ error, recoverable, cause }) => {
      const { code, status, closeCode, providerCode } = cause ?? {};
      return { [error.name]: error.message, recoverable, code, status, closeCode, providerCode };
    });
    const { turns, dials, opens, droppedMs } = this;
    return { turns, dials, opens, droppedMs, failures, losses: this.losses.map(({ message }) => message) };
  }

  protected noteFailures(teller: Telling): void {
    const failed = ({ error, recoverable }: { error: Error; recoverable: boolean }): void => {
      const cause = PatchbayError.is(error.cause) ? error.cause : undefined;
      this.failures.push({ error, recoverable, cause });
    };
    teller.on('error' as never, failed as never);
  }

  protected async unlessOver(condition: () => boolean, what: () => string): Promise<void> {
    await until(() => condition() || this.errors.length > 0, what);
    if (!condition()) throw this.errors[0]!;
  }

  #ofType<Type extends ConnectionEvent['type']>(type: Type): Extract<ConnectionEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<ConnectionEvent, { type: Type }> => event.type === type);
  }
}

/** What comes of a call, which is ended however it goes. */
export async function ending<Kind extends Call, T>(call: Kind, use: (call: Kind) => Promise<T>): Promise<T> {
  try {
    return await use(call);
  } finally {
    await call.end();
  }
}

/** What somebody is told who does not get what they asked for. */
export async function failureOf(asked: Promise<unknown>): Promise<Error> {
  const answer = await asked.catch((error: unknown) => error);
  if (answer instanceof Error) return answer;
  throw new Error(`expected an error, got ${JSON.stringify(answer)}`);
}
