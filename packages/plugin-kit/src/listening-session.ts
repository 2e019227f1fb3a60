import { Session, type SessionHandlers } from '@patchbay/ws-session';
import { rotationOf } from './listening-times.ts';
import type { StreamingSTTDescription } from './streaming-stt.ts';

/** What a {@link listeningSession} asks its stream. */
export interface ListeningSessionOptions<Options> {
  /** For the dial, and for the greeting of providers that greet; milliseconds. */
  timeoutMs: number;
  /** What holds for the socket that is dialled now. */
  options: () => Readonly<Options>;
  isQuiet: () => boolean;
  handlers: SessionHandlers;
}

/** The session below a stream of speech to text: it dials, redials and rotates as the provider's description says. */
export function listeningSession<Options>(
  description: Readonly<StreamingSTTDescription<Options>>,
  { timeoutMs, options, isQuiet, handlers }: ListeningSessionOptions<Options>,
): Session {
  const { connection, agent, proxy, reconnect, modelOf, queryOf, greets = true } = description;
  const { sessionMs } = connection.traits;
  return new Session({
    connection,
    ...(agent === undefined ? {} : { agent }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(reconnect === undefined ? {} : { reconnect }),
    deadlines: { dialMs: timeoutMs, firstEventMs: greets ? timeoutMs : 0 },
    model: () => modelOf?.(options()),
    query: () => queryOf?.(options()),
    ...(sessionMs === undefined ? {} : { rotation: { ...rotationOf(sessionMs), isQuiet } }),
    handlers,
  });
}
