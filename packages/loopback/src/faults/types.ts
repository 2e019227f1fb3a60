/** What goes wrong, where, and how often. Plain data; `parseFault` reads it from a word such as `stall-after:3,times=1`. */
export interface Fault {
  /** One of {@link faultCatalogue}. */
  name: string;
  /**
   * The point of a connection at which it happens. A number counts the messages that the service sent: text frames,
   * server-sent events or pieces of a body; 0 is behind the 101 or the head of the answer. A word is a message's `type`,
   * in either direction; `TYPE#2` is the second of its kind. The catalogue says the default. On a connection that is open
   * when the fault is injected, counting begins then.
   */
  at?: number | string;
  /** How many connections are hit: sockets, or HTTP requests. Default: every one. */
  times?: number;
  /** Only requests whose path begins like this, without the base path of a gateway; `/v1` may be left out. Default: all. */
  path?: string;
  /** HTTP status. */
  status?: number;
  /** Seconds that a `Retry-After` header names. */
  retryAfter?: number;
  /** Body of the answer, as it is. */
  body?: string;
  /** `x-request-id` of the answer. */
  requestId?: string;
  /** What an error event says in place of its own message, code, type and parameter. */
  words?: string;
  /** Where a redirect points. */
  to?: string;
  /** Milliseconds of the cloud's clock; of real time for `block`. */
  ms?: number;
  bytes?: number;
  /** WebSocket close code; 1005 closes without one. */
  code?: number;
  /** WebSocket close reason. */
  reason?: string;
  /** What an error event complains about. */
  kind?: 'rate-limit' | 'server' | 'fatal';
  /** Replace the message at the point. Default: the fault's message comes beside it. */
  instead?: boolean;
}

/** A fault that is lying in wait. */
export interface InjectedFault {
  readonly fault: Fault;
  /** Connections that it has hit so far. */
  readonly hits: number;
  /** Takes it away; connections that it has hit stay as they are. */
  remove(): void;
}

/** The faults of a running cloud. */
export interface Faults {
  /** Every fault that lies in wait, in the order of injection. */
  readonly injected: readonly InjectedFault[];
  /** Throws a {@link FaultError} for a name or a parameter that does not exist, and on a cloud that was started without `faults`. */
  inject(fault: string | Fault): InjectedFault;
  /** Removes all faults. */
  clear(): void;
}

/** A fault that was asked for and that does not exist, or not like this; the message lists what does. */
export class FaultError extends RangeError {
  override readonly name = 'FaultError';
}
