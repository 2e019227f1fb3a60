import { guardedEmit, type Frame, type GuardedEmitter } from '@patchbay/plugin-kit';
import type { Connection } from '@patchbay/ws-url';
import type { WsOtherEvent, WsResponseSteerEvent, WsServerEvent } from './wire.ts';
import type { WsResponseCreateEvent } from './ws-types.ts';

/** Anything that the service says. New kinds of events may come before this type knows them. */
export type ServerEvent = (WsServerEvent | WsOtherEvent) & {
  /** The lane, with `lanes: true`. */
  stream_id?: string;
};

/** Anything that is said to the service. Over HTTP: the body of the request, with this type added. */
export type ClientEvent = WsResponseCreateEvent | WsResponseSteerEvent;

/** The wire as it is: `model.on('openai_server_event_received', (event) => …)`. */
export type RawEvents = {
  openai_server_event_received: (event: ServerEvent) => void;
  openai_client_event_queued: (event: ClientEvent) => void;
};

/** LiveKit's emitters are typed without them; this is the rest of their `on`. */
export interface RawEventEmitter {
  on<Name extends keyof RawEvents>(event: Name, listener: RawEvents[Name]): this;
  once<Name extends keyof RawEvents>(event: Name, listener: RawEvents[Name]): this;
  off<Name extends keyof RawEvents>(event: Name, listener: RawEvents[Name]): this;
}

const mark = '[redacted]';

/**
 * Shows what goes over the wire to whoever listens on a model, and costs a look at the listeners where nobody does.
 * What they get is a copy of their own, without secrets: what they do with it, or throw, changes nothing.
 */
export class RawEventTeller {
  readonly #emitter: GuardedEmitter;
  readonly #connection: Connection;

  constructor(emitter: GuardedEmitter, connection: Connection) {
    this.#emitter = emitter;
    this.#connection = connection;
  }

  /** `said`: a frame, or what is about to become the body of a request. */
  tell(name: keyof RawEvents, said: Frame | object): void {
    if (this.#emitter.listenerCount(name as never) === 0 || said instanceof Uint8Array) return;
    const event = this.#copyOf(typeof said === 'string' ? said : JSON.stringify(said));
    if (typeof event?.type === 'string') guardedEmit(this.#emitter, name, event);
  }

  #copyOf(json: string): { type?: unknown } | undefined {
    const connection = this.#connection;
    try {
      return JSON.parse(json, function (this: Record<string, unknown>, key, value: unknown) {
        return withoutSecret(this, key, value, connection);
      }) as { type?: unknown };
    } catch {
      return undefined;
    }
  }
}

/** Words of the conversation stay as they are; keys of tools do not, nor what an error repeats. */
function withoutSecret(holder: Record<string, unknown>, key: string, value: unknown, connection: Connection): unknown {
  switch (key) {
    case 'authorization':
      return typeof value === 'string' ? mark : value;
    case 'headers':
      return holder.type === 'mcp' ? marked(value) : value;
    case 'domain_secrets':
      return Array.isArray(value) ? value.map((each: unknown) => ({ ...(each as object), value: mark })) : value;
    case 'message':
    case 'error':
    case 'server_url':
      return typeof value === 'string' ? connection.scrub(value) : value;
    default:
      return value;
  }
}

function marked(headers: unknown): unknown {
  return Object.fromEntries(Object.keys(headers ?? {}).map((name) => [name, mark]));
}
