/** Everything that can go wrong between an option a user wrote and the last frame of a connection. */
export type PatchbayErrorCode =
  // A mistake that can be seen before anything is dialled.
  | 'invalid-option'
  | 'invalid-url'
  | 'insecure-url'
  | 'missing-credential'
  | 'unsupported'
  // Reaching the other end.
  | 'connect-failed'
  | 'connect-timeout'
  | 'tls-failed'
  | 'proxy-refused'
  | 'upgrade-refused'
  // A connection that was open.
  | 'first-event-timeout'
  | 'inactivity-timeout'
  | 'pong-timeout'
  | 'closed'
  | 'protocol-violation'
  | 'message-too-large'
  | 'send-overflow'
  | 'budget-spent'
  // What the provider said, and what we were told.
  | 'provider-error'
  | 'aborted';

/** Which machine on the way said no, where that can be told. */
export type Hop = 'proxy' | 'gateway' | 'provider';

/** The particulars of a {@link PatchbayError}. Everything here is already free of secrets. */
export interface PatchbayErrorDetails {
  /** Whether the same attempt may succeed later. */
  retryable?: boolean;
  /** HTTP status of a refused upgrade or request. */
  status?: number;
  /** WebSocket close code, RFC 6455 §7.4. */
  closeCode?: number;
  /** The provider's own error code, e.g. `invalid_model`. */
  providerCode?: string;
  /** The provider's request id, for its support desk. */
  requestId?: string;
  hop?: Hop;
  /** Milliseconds that the other end asked us to wait. */
  retryAfterMs?: number;
  /** At most 8 KiB of what came with a refusal, scrubbed. */
  body?: string;
  cause?: unknown;
}

const brand: unique symbol = Symbol.for('patchbay.error') as never;

/**
 * The one error that Patchbay's lower layers throw. Test it with {@link PatchbayError.is}, which also knows
 * errors from another copy of this package (ESM beside CommonJS).
 */
export class PatchbayError extends Error {
  override readonly name = 'PatchbayError';
  readonly code: PatchbayErrorCode;
  readonly retryable: boolean;
  declare readonly status?: number;
  declare readonly closeCode?: number;
  declare readonly providerCode?: string;
  declare readonly requestId?: string;
  declare readonly hop?: Hop;
  declare readonly retryAfterMs?: number;
  declare readonly body?: string;

  constructor(code: PatchbayErrorCode, message: string, details: PatchbayErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    const { retryable: _retryable, cause: _cause, ...rest } = details;
    for (const [key, value] of Object.entries(rest)) {
      if (value !== undefined) (this as Record<string, unknown>)[key] = value;
    }
    Object.defineProperty(this, brand, { value: true });
  }

  static is(value: unknown): value is PatchbayError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}

/**
 * Takes secrets out of everything that an error holds in words, its causes' too, and gives the same error back: a
 * service may repeat what it was sent anywhere, in a code as well as in a message.
 */
export function scrubError<T>(error: T, scrub: (text: string) => string): T {
  let link: unknown = error;
  for (let depth = 0; link instanceof Error && depth < 8; link = link.cause, depth++) {
    for (const name of Object.getOwnPropertyNames(link)) {
      const value: unknown = Reflect.get(link, name);
      if (typeof value !== 'string') continue;
      const clean = scrub(value);
      if (clean !== value) Reflect.defineProperty(link, name, { value: clean, writable: true });
    }
  }
  return error;
}
