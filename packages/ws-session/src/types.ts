import type { Agent } from 'node:http';
import type { Tracer } from '@opentelemetry/api';
import type { Connection, PatchbayError, Query } from '@patchbay/ws-url';

/** What crosses the wire; the codec above decodes it. */
export type Frame = string | Uint8Array;

/** How to reach the network; the same for sockets and HTTP of one client. */
export interface NetworkOptions {
  /** Used as it is, for every socket and request. */
  agent?: Agent;
  /**
   * `http://user:password@host:port` of a CONNECT proxy; `false` ignores the environment's proxies. Default: what
   * HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say when a connection is dialled; never one to this machine itself.
   */
  proxy?: string | false;
}

/** Deadlines, in milliseconds of the runtime's monotonic clock. */
export interface Deadlines {
  /** DNS, TCP, TLS and upgrade together. Default 10,000. */
  dialMs: number;
  /** From open to the first valid event; `0` for protocols in which the peer need not speak first. Default 10,000. */
  firstEventMs: number;
  /** No byte read for this long: ping. Default 15,000. */
  pingAfterMs: number;
  /** A ping unanswered for this long: dead. Default 10,000. */
  pongMs: number;
  /** Close handshake before the socket is destroyed. Default 2,000. */
  closeMs: number;
}

/** How often a logical connection may come back. */
export interface ReconnectPolicy {
  /** Attempts available at once; refunded by healthy uptime only. Default 5. */
  budget: number;
  /** Healthy uptime that refunds one attempt. Default 60,000. */
  refundMs: number;
  /** First wait, tripled each time, times a random factor in [0.5, 1]. Default 250. */
  baseMs: number;
  /** Longest wait. Default 8,000. */
  capMs: number;
  /** A connection that lived shorter than this does not bring the wait back to its start. Default 5,000. */
  quickMs: number;
}

/** Planned replacement of the physical socket before the provider ends it. */
export interface Rotation {
  /** Age at which a quiet moment is looked for. */
  afterMs: number;
  /** Extra age, times a random factor in [0, 1]. */
  jitterMs?: number;
  /** Age at which it happens, quiet or not. */
  latestMs?: number;
  /** `true` when nothing would be lost: no speech, no reply, nothing uncommitted. */
  isQuiet(): boolean;
}

/** How a frame is treated when it cannot go out at once. */
export interface SendOptions {
  /** Audio of this many milliseconds: dropped oldest-first when stale, and counted. Leave out for control frames, which are never dropped silently. */
  audioMs?: number;
  /**
   * `epoch`: means nothing on another socket. When that one is lost, control is handed to `undelivered` and audio is
   * dropped and counted. `session`: kept for the next socket. Default: `session` for audio, `epoch` for control.
   */
  scope?: 'epoch' | 'session';
}

/** The physical socket of one epoch, as seen by a codec. Epochs count from 1. */
export interface Link {
  readonly epoch: number;
  /**
   * Sends now, ahead of the outbox: configuration and replay. Of audio, how long it is: told as `in-flight` if this socket
   * dies with it too. `false` if this socket is gone.
   */
  send(frame: Frame, audioMs?: number): boolean;
  /** The service has confirmed the configuration: what waited may follow. Does nothing without {@link SessionOptions.handshake}. */
  ready(): void;
  /** The key, for endpoints that want it in the first frame. */
  credential(): string | undefined;
  /** Stops reading, so that a slow consumer is felt by the peer instead of filling memory. */
  pause(): void;
  resume(): void;
}

/** What the owner of a session does with it. Handlers may throw; a PatchbayError decides what happens next, anything else is `protocol-violation`. */
export interface SessionHandlers {
  /** A socket is open: send configuration and replay. Queued frames follow after it. */
  open?(link: Link, context: { reconnected: boolean; reason?: string }): void;
  /** A frame arrived. Return `true` if it was a valid event (proof of health). */
  frame(frame: Frame, link: Link): boolean;
  /** This epoch is over; frames of scope `epoch` that never left are handed back. So much audio waits for the next one, in milliseconds. */
  lost?(link: Link, error: PatchbayError | undefined, undelivered: readonly Frame[], waitingAudioMs: number): void;
  /** For users: what the connection is doing. */
  event?(event: ConnectionEvent): void;
}

export interface SessionOptions extends NetworkOptions {
  connection: Connection;
  handlers: SessionHandlers;
  deadlines?: Partial<Deadlines>;
  /** `false`: the first loss ends the session. Default: see {@link ReconnectPolicy}. */
  reconnect?: Partial<ReconnectPolicy> | false;
  /** Redial even before a socket has proved healthy (RealtimeModel: nobody above retries). Default false. */
  redialFirst?: boolean;
  rotation?: Rotation;
  /** On a fresh socket what was queued waits for {@link Link.ready}, because the service refuses everything before. Default: it follows `open`. */
  handshake?: boolean;
  /** Audio kept while there is no socket, or while the socket does not drain; asked for again at each frame. Default 2,000 ms. */
  maxAudioBacklogMs?: number | (() => number);
  /** Control frames kept while there is no socket, in bytes. Default 1 MiB; beyond it, `send` throws `send-overflow`. */
  maxControlBacklogBytes?: number;
  /** Above this many unsent bytes, audio waits in the outbox. Default 256 KiB. */
  highWaterBytes?: number;
  /** Largest frame accepted. Default 16 MiB. */
  maxPayloadBytes?: number;
  /** Re-read on each attempt. */
  model?: () => string | undefined;
  /** What the options say, for endpoints that are configured by their URL; re-read on each attempt. */
  query?: () => Query | undefined;
  tracer?: Tracer;
}

/** How request/response sockets are kept. */
export interface PoolOptions extends NetworkOptions {
  connection: Connection;
  /** `firstEventMs` and `dialMs` of a request are its own. */
  deadlines?: Partial<Deadlines>;
  /** Age at which a socket is retired, less up to a tenth by chance. Default 3,300,000: 55 minutes, or less behind a gateway that ends them earlier. */
  maxAgeMs?: number;
  /** Idle sockets kept. Default 2. */
  maxIdle?: number;
  /** How long in milliseconds a socket that nobody uses is kept. Default: until it is too old. */
  maxIdleMs?: number;
  /** Largest frame accepted. Default 16 MiB. */
  maxPayloadBytes?: number;
  /** The model of prewarmed sockets, re-read on each attempt. */
  model?: () => string | undefined;
  /** Their query, likewise. */
  query?: () => Query | undefined;
  /** Said on a socket that was sent nothing for so long, in milliseconds, whether it is used or not. */
  keepAlive?: { everyMs: number; frame: Frame };
  /** Said before a socket is closed, where a close frame alone is not enough. */
  farewell?: Frame;
  /** Requests share a socket. Default: each has one to itself. */
  lanes?: LaneRules;
  tracer?: Tracer;
  /** For users: what the connections are doing. `epoch` is the socket's id. */
  event?(event: ConnectionEvent): void;
  /** For users: every frame that went out, once, before anything can answer it. */
  sent?(frame: Frame): void;
  /** For users: every frame that came in, once, before whoever asked for it sees it; those that nobody asked for too. */
  received?(frame: Frame, socketId: number): void;
  /** Why a socket is about to be closed, if a frame tells. It may come before anybody asked for anything. */
  refusal?(frame: Frame): PatchbayError | undefined;
}

/** How the answers to several requests on one socket are told apart. */
export interface LaneRules {
  /** As many as a socket may have. */
  perSocket: number;
  /** The lane that a frame belongs to; `undefined`: it concerns all of them. */
  laneOf(frame: Frame): string | undefined;
  /** `true`: a lane is never used twice on a socket, for what was called off may go on for a moment. Default: low numbers first. */
  once?: boolean;
}

/** The socket a request goes out on. */
export interface PooledSocketInfo {
  /** Tells sockets of one process apart; give it back as `preferSocket`. */
  id: number;
  /** It has carried a request before. */
  reused: boolean;
  /** Where sockets have lanes: the one that this request has for itself until it is over. */
  lane?: string;
  /** The key, for endpoints that want it in a frame. */
  credential?: string;
  /** More frames of this request, as long as its answer is under way. `false`: it is not (yet, or any more). */
  send: (frame: Frame) => boolean;
}

/** One request and its answer. Times in milliseconds. */
export interface ExchangeOptions {
  /** `true`: that was the last frame, the socket may be reused. A throw drops the socket and rejects the request. */
  onFrame(frame: Frame): boolean;
  /** The request is on its way: from now on its socket takes more of it. */
  begun?(): void;
  /** A reason that is a `PatchbayError` is what the request is rejected with. */
  signal: AbortSignal;
  /** From sending to the first frame. */
  firstEventMs: number;
  /** Between frames; read again after each, so that it may be a getter. */
  inactivityMs: number;
  dialMs: number;
  /** Use this socket if it is idle and well. */
  preferSocket?: number;
  /** Whether a socket that was used before will do. */
  fits?(socketId: number): boolean;
  /** Default: those of prewarmed sockets. */
  model?: string;
  query?: Query;
}

export interface ExchangeResult {
  socketId: number;
  reused: boolean;
  /** What it took to have a socket. */
  acquireMs: number;
}

/** A reply that is owed. When its time is up, the socket is treated as dead. */
export interface Expectation {
  /** Something of it arrived: start the clock again. */
  touch(): void;
  met(): void;
}

/** What users hear through `model.on('connection', …)`. No text, no audio, no query, no secret. */
export type ConnectionEvent =
  | { type: 'connecting'; attempt: number; url: string }
  | { type: 'open'; epoch: number; url: string; elapsedMs: number }
  | { type: 'reconnecting'; epoch: number; attempt: number; delayMs: number; error: PatchbayError }
  | { type: 'rotated'; epoch: number; reason: string }
  /** `in-flight`: sent on a socket that died before the other end was known to have read it; it may have been heard. */
  | {
      type: 'audio-dropped';
      droppedMs: number;
      totalMs: number;
      reason: 'backlog' | 'reconnect' | 'closed' | 'in-flight';
    }
  | { type: 'closed'; epoch: number; error?: PatchbayError };

export type SessionState = 'idle' | 'connecting' | 'open' | 'draining' | 'closed';
