import { textOf, type SpeechToTextContext } from '@patchbay/plugin-kit';
import type { Connection, PatchbayError } from '@patchbay/ws-url';
import type { RealtimeErrorBody } from '../realtime/api-proto.ts';
import { isExpiry, isFatalError } from '../realtime/failures.ts';
import { wantsLogprobs, type Listening } from './options.ts';

type Context = SpeechToTextContext<Listening>;

/** Names our configuration in the errors that it causes. */
export const updateId = 'patchbay_session_update';
/** Names a repetition of it, of which only the answer matters. */
export const probeId = 'patchbay_probe';

/** What servers close with that cannot read what they were told, or will not serve it. */
const refusingCloses: ReadonlySet<number> = new Set([1003, 1007, 1008, 1011, 4400]);

/**
 * Models that refused what nobody had asked for, in words that left no doubt: no stream of theirs asks again.
 */
const plain = new WeakMap<Connection, Set<string>>();

/** Whether this model is asked for more than the user said. */
function asksMore(connection: Connection, model: string): boolean {
  return plain.get(connection)?.has(model) !== true;
}

/** From now on this model is asked for no more than the user said. */
function askLess(connection: Connection, model: string): void {
  const models = plain.get(connection) ?? new Set();
  plain.set(connection, models.add(model));
}

/**
 * What one stream asks for beside what the user said: how sure the service is of each token. Servers refuse what they do
 * not know in many words, and none of them may make deaf: until a configuration is taken, what may be about the extras
 * costs an attempt without them.
 */
export class SocketExtras {
  /** Configurations with extras that this socket was told, and has not answered. */
  #unanswered = 0;
  /** This stream goes without, after something that may have come of them. */
  #isPlain = false;

  /** There is a fresh socket. */
  opened(): void {
    this.#unanswered = 0;
  }

  /** Whether token probabilities are asked for. */
  wants(context: Context): boolean {
    return this.wantedBy(context.options, context);
  }

  /** The same by other options. */
  wantedBy(options: Readonly<Listening>, { connection }: Context): boolean {
    return wantsLogprobs(options, !this.#isPlain && asksMore(connection, options.model));
  }

  /** A configuration goes out. */
  told(context: Context): void {
    const { connection, options } = context;
    // The preview's configuration has no place for them.
    if (connection.traits.previewRealtime === true || options.logprobs !== undefined) return;
    if (this.wants(context)) this.#unanswered++;
  }

  /** The service took a configuration. */
  confirmed(): void {
    this.#unanswered = 0;
  }

  /** Whether this error may be about the extras of a configuration; from then on there are none. */
  refusedBy(error: RealtimeErrorBody, isConfigured: boolean, { connection, options }: Context): boolean {
    if (this.#unanswered === 0) return false;
    const isNamed = namesExtras(error);
    if (!isNamed && !mayMeanExtras(error, isConfigured)) return false;
    this.#unanswered--;
    this.#isPlain = true;
    if (isNamed || error.type === 'invalid_request_error') askLess(connection, options.model);
    return true;
  }

  /** Whether the socket may have failed for the extras, so that the next one goes without. */
  refusedByClosing(error: PatchbayError | undefined, isConfigured: boolean): boolean {
    if (this.#unanswered === 0 || isConfigured || !refusingCloses.has(error?.closeCode ?? 0)) return false;
    this.#isPlain = true;
    return true;
  }
}

/** The service names the field, or one that it does not know. */
function namesExtras({ code, param, message }: RealtimeErrorBody): boolean {
  const names = `${textOf(param)} ${textOf(message)}`;
  return /\binclude|logprobs/i.test(names) || (textOf(code) === 'unknown_parameter' && textOf(param) === '');
}

/** Nothing else that is known to be wrong, and said before the service took a configuration, or of a configuration. */
function mayMeanExtras(error: RealtimeErrorBody, isConfigured: boolean): boolean {
  const { type, code, param, event_id } = error;
  if (isFatalError(error) || isExpiry(error) || /rate_?limit/.test(`${textOf(type)} ${textOf(code)}`)) return false;
  if (!['', 'session'].includes(textOf(param)) || textOf(code).startsWith('input_audio_buffer')) return false;
  const id = textOf(event_id);
  return id === updateId || id === probeId || (id === '' && !isConfigured);
}
