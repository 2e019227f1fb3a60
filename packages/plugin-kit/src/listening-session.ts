import { Session, type SessionHandlers } from '@patchbay/ws-session';
import { rotationOf } from './listening-times.ts';
import type { StreamingSTTDescription } from './streaming-stt.ts';

/** What a {@link listeningSession} asks its stream, and tells it. */
export interface ListeningSessionOwner<Options> extends SessionHandlers {
  readonly description: Readonly<StreamingSTTDescription<Options>>;
  /** What holds for the socket that is dialled now. */
  dialled(): Readonly<Options>;
  /** Nobody speaks and nothing is owed. */
  isPause(): boolean;
}

/**
 * The session below a stream of speech to text: it dials, redials and rotates as the provider's description says.
 * `timeoutMs`: for the dial, and for the greeting of providers that greet.
 */
export function listeningSession<Options>(timeoutMs: number, owner: ListeningSessionOwner<Options>): Session {
  const { connection, agent, proxy, reconnect, modelOf, queryOf, greets = true } = owner.description;
  const { sessionMs } = connection.traits;
  return new Session({
    connection,
    ...(agent === undefined ? {} : { agent }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(reconnect === undefined ? {} : { reconnect }),
    deadlines: { dialMs: timeoutMs, firstEventMs: greets ? timeoutMs : 0 },
    ...(modelOf === undefined ? {} : { model: () => owner.description.modelOf?.(owner.dialled()) }),
    ...(queryOf === undefined ? {} : { query: () => owner.description.queryOf?.(owner.dialled()) }),
    ...(sessionMs === undefined ? {} : { rotation: { ...rotationOf(sessionMs), isQuiet: () => owner.isPause() } }),
    handlers: owner,
  });
}
