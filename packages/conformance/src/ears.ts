import type { SeenError } from './expectation.ts';

/** LiveKit's emitters, as far as a cell listens to them. */
export interface Speaker {
  on(event: string, listener: (payload: never) => void): unknown;
}

interface ErrorEvent {
  error: unknown;
  recoverable: boolean;
}

interface ConnectionEvent {
  type: string;
  totalMs?: number;
}

/** Everything that a model tells of itself while a cell runs. */
export class Ears {
  /** Errors as they were given, for those who look for secrets in them. */
  readonly heard: unknown[] = [];
  readonly tells: string[] = [];
  /** What the service calls its requests, as the caller was told. */
  readonly ids: Set<string> = new Set();
  final: SeenError | undefined;
  recoverable = 0;
  droppedMs = 0;
  /** Something that was asked for was refused to whoever asked. */
  rejections = 0;
  /** How often anything was told. */
  count = 0;

  /** `errors: false`: as a user who listens to nothing. */
  attend(speaker: object, { errors = true }: { errors?: boolean } = {}): void {
    const { on } = speaker as Partial<Speaker>;
    if (typeof on !== 'function') return;
    if (errors) on.call(speaker, 'error', (event: ErrorEvent) => this.#failed(event));
    on.call(speaker, 'metrics_collected', (metrics: object) => void this.heard.push(metrics));
    on.call(speaker, 'connection', (event: ConnectionEvent) => this.#connection(event));
  }

  /** A promise of the model's was rejected; for LiveKit's callers that is how they hear of it. */
  rejected(error: unknown, final: boolean): void {
    this.count++;
    this.heard.push(error);
    if (final) this.final = seen(error);
    else this.rejections++;
  }

  /** The next turn has a clean slate. */
  forget(): void {
    this.final = undefined;
    this.recoverable = this.rejections = 0;
  }

  #failed(event: ErrorEvent): void {
    this.count++;
    this.heard.push(event);
    if (event.recoverable) this.recoverable++;
    else this.final = seen(event.error);
  }

  #connection(event: ConnectionEvent): void {
    this.count++;
    this.heard.push(event);
    this.tells.push(event.type);
    if (event.type === 'audio-dropped') this.droppedMs = event.totalMs ?? this.droppedMs;
  }
}

/** What can be told of an error across a process boundary. */
export function seen(error: unknown): SeenError {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  const { retryable, statusCode, cause } = error as {
    retryable?: boolean;
    statusCode?: number;
    cause?: { code?: string };
  };
  const own = (error as { code?: unknown }).code;
  const code = typeof cause?.code === 'string' ? cause.code : typeof own === 'string' ? own : undefined;
  return {
    name: error.name === 'Error' ? error.constructor.name : error.name,
    message: error.message,
    ...(retryable === undefined ? {} : { retryable }),
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(code === undefined ? {} : { code }),
  };
}
