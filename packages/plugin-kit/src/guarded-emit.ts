import { logger } from './logging.ts';

/** What an emitter must offer; LiveKit's typed emitters and Node's own do. */
export interface GuardedEmitter {
  listenerCount(event: never): number;
  emit(event: never, payload: never): boolean;
}

/**
 * Emits and never throws: an `error` event without a listener would (and LiveKit detaches its listeners on handoff and
 * close), and so would a listener with a mistake in it. `true` if somebody heard it.
 */
export function guardedEmit(emitter: GuardedEmitter, event: string, payload: unknown): boolean {
  if (emitter.listenerCount(event as never) === 0) return false;
  try {
    return emitter.emit(event as never, payload as never);
  } catch (error) {
    logger()?.error({ event, error }, 'a listener threw');
    return true;
  }
}
