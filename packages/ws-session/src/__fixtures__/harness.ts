import type { Connection } from '@patchbay/ws-url';
import { Session } from '../session.ts';
import { createTestRuntime, installRuntime, type ManualClock } from '../testing.ts';
import type { ConnectionEvent, Frame, Link, SessionHandlers, SessionOptions } from '../types.ts';
import { conditions } from './conditions.ts';

export interface Harness {
  session: Session;
  clock: ManualClock;
  events: ConnectionEvent[];
  frames: { frame: Frame; epoch: number }[];
  opens: { epoch: number; reconnected: boolean; reason?: string }[];
  losses: { epoch: number; code: string | undefined; undelivered: readonly Frame[] }[];
  links: Link[];
  /** `run` has ended. */
  isOver: boolean;
  /** Fulfilled when `run` has ended, either way. */
  ended: Promise<{ error?: unknown }>;
  /** When `condition` holds; looked at after each event, frame, open and loss. */
  until(condition: () => boolean): Promise<void>;
}

export type HarnessOptions = Omit<SessionOptions, 'connection' | 'handlers'> & {
  handlers?: Partial<SessionHandlers>;
  signal?: AbortSignal;
  clock?: ManualClock;
  random?: () => number;
};

/** A running session on a manual clock and real sockets, and everything it tells. */
export function startSession(connection: Connection, options: HarnessOptions = {}): Harness {
  const runtime = createTestRuntime();
  const { handlers = {}, signal, clock = runtime.clock, random = runtime.random, ...sessionOptions } = options;
  const restore = installRuntime({ clock, random });
  const { changed, until } = conditions();
  const harness: Omit<Harness, 'session' | 'ended' | 'isOver'> = {
    clock,
    events: [],
    frames: [],
    opens: [],
    losses: [],
    links: [],
    until,
  };
  const session = new Session({
    connection,
    ...sessionOptions,
    handlers: {
      open(link, context) {
        harness.links.push(link);
        harness.opens.push({ epoch: link.epoch, ...context });
        changed();
        handlers.open?.(link, context);
      },
      frame(frame, link) {
        harness.frames.push({ frame, epoch: link.epoch });
        const valid = handlers.frame?.(frame, link) ?? true;
        queueMicrotask(changed);
        return valid;
      },
      lost(link, error, undelivered, waitingAudioMs) {
        harness.losses.push({ epoch: link.epoch, code: error?.code, undelivered });
        changed();
        handlers.lost?.(link, error, undelivered, waitingAudioMs);
      },
      event(event) {
        harness.events.push(event);
        changed();
        handlers.event?.(event);
      },
    },
  });
  restore();
  const running: Harness = Object.assign(harness, { session, isOver: false, ended: Promise.resolve({}) });
  const over = (outcome: { error?: unknown }): { error?: unknown } => {
    running.isOver = true;
    return outcome;
  };
  running.ended = session.run(signal).then(
    () => over({}),
    (error: unknown) => over({ error }),
  );
  return running;
}

/** The events of one type. */
export function eventsOf<Type extends ConnectionEvent['type']>(
  harness: Harness,
  type: Type,
): Extract<ConnectionEvent, { type: Type }>[] {
  return harness.events.filter((event) => event.type === type) as Extract<ConnectionEvent, { type: Type }>[];
}
