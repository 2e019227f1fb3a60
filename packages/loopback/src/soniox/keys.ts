import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Cloud } from '../cloud.ts';
import { protocolsOf } from '../keys.ts';
import { invalid, unauthenticated } from './errors.ts';

/** What a temporary key is for. */
export const USAGES = ['transcribe_websocket', 'tts_rt'] as const;
export type Usage = (typeof USAGES)[number];

/** As clients report them; older ones began with `temp:`, which no subprotocol can hold. */
const TEMPORARY = 'snx_temp_';
/** https://soniox.com/docs/guides/websocket-authentication */
const PROTOCOL = 'soniox-api-key';

export interface TemporaryKeyRequest {
  usage: Usage;
  expiresInSeconds: number;
  singleUse: boolean;
  /** Of any one stream. */
  maxSessionSeconds: number | undefined;
}

interface TemporaryKey extends TemporaryKeyRequest {
  /** Of the cloud's clock. */
  expiresAt: number;
  used: boolean;
}

/** What a connection brought with it. */
export interface ConnectionKey {
  value: string | undefined;
  /** Why the connection is refused, which is told on the open socket: a bad key does not fail the upgrade. */
  refusal: unknown;
}

/** The key that came with a request: in its `Authorization` header, or as the subprotocols `soniox-api-key, KEY`. */
export function requestKeyOf(request: IncomingMessage): string | undefined {
  return headerKeyOf(request) ?? protocolKeyOf(request);
}

function headerKeyOf(request: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

function protocolKeyOf(request: IncomingMessage): string | undefined {
  const [name, key] = protocolsOf(request);
  return name === PROTOCOL ? key : undefined;
}

/** The keys of an account, and those that it lends. https://soniox.com/docs/guides/temporary-api-keys */
export class Keys {
  readonly #cloud: Cloud;
  readonly #temporary = new Map<string, TemporaryKey>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  connection(request: IncomingMessage, usage: Usage): ConnectionKey {
    const value = requestKeyOf(request);
    try {
      // "One of the two", as clients report it; the words are a guess.
      if (headerKeyOf(request) && protocolKeyOf(request)) throw invalid('Send the API key once.');
      if (value !== undefined) this.check(value, usage);
      return { value, refusal: undefined };
    } catch (refusal) {
      return { value, refusal };
    }
  }

  lend(request: TemporaryKeyRequest): { api_key: string; expires_at: string } {
    const { clock } = this.#cloud;
    const milliseconds = request.expiresInSeconds * 1_000;
    for (const [key, { expiresAt }] of this.#temporary) if (expiresAt <= clock.now()) this.#temporary.delete(key);
    const key = TEMPORARY + randomBytes(20).toString('hex');
    this.#temporary.set(key, { ...request, expiresAt: clock.now() + milliseconds, used: false });
    return { api_key: key, expires_at: new Date(clock.wallClock() + milliseconds).toISOString() };
  }

  /** Throws for a key that is not good for this. */
  check(key: string | undefined, usage: Usage): void {
    if (!key) throw unauthenticated('Missing API key.');
    // Documented for `/tts`: https://soniox.com/docs/api-reference/tts/generate_tts
    if (key.length > 250) throw invalid('API key is too long (max length 250).');
    const isGood = key.startsWith(TEMPORARY) ? this.#isLive(key, usage) : this.#cloud.accepts(key);
    if (isGood) return;
    const isTemporary = /^(?:snx_)?temp[:_]/.test(key);
    throw unauthenticated(isTemporary ? 'Invalid/expired temporary API key.' : 'Invalid API key.');
  }

  /** A stream is opened with the key: throws unless it may be; else the milliseconds that it may last. */
  use(key: string | undefined, usage: Usage): number {
    this.check(key, usage);
    const temporary = this.#temporary.get(key!);
    if (!temporary) return Infinity;
    temporary.used = true;
    return (temporary.maxSessionSeconds ?? Infinity) * 1_000;
  }

  #isLive(key: string, usage: Usage): boolean {
    const temporary = this.#temporary.get(key);
    if (!temporary || temporary.usage !== usage) return false;
    return temporary.expiresAt > this.#cloud.clock.now() && !(temporary.singleUse && temporary.used);
  }
}

/**
 * The key of a stream: its connection's, or that of its first message, which is the older way.
 * https://soniox.com/docs/guides/migrate-websocket-authentication; the words for both mistakes are a guess.
 */
export function streamKeyOf(
  { value }: ConnectionKey,
  inMessage: string | undefined,
  takesKeysInMessages: boolean,
): string | undefined {
  if (value === undefined) {
    if (inMessage === undefined || takesKeysInMessages) return inMessage;
    throw unauthenticated('Missing API key. Send it with the connection.');
  }
  if (inMessage === undefined || inMessage === value) return value;
  throw invalid('The API key of the message is not the one of the connection.');
}
