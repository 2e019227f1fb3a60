import type { Agent } from 'node:http';
import { systemClock } from './clock.ts';
import { connectSocket } from './transport.ts';
import type { Frame } from './types.ts';

/** Handle of a pending timer. */
export interface Timer {
  cancel(): void;
  /** It alone is no reason for a process to go on. */
  unref?(): void;
}

/** Time, as the session knows it. Deadlines are monotonic; only signatures look at the wall. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since the epoch. */
  wallClock(): number;
  /** `Infinity` is never. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

/** What a transport tells its owner. Exactly one `onClose` ends it; nothing follows. */
export interface TransportHandlers {
  /** The upgrade succeeded. `requestId` is the other end's own, for its support desk. */
  onOpen(requestId: string | undefined): void;
  onFrame(frame: Frame): void;
  /** A ping of the peer's own; it is answered already. */
  onPing(): void;
  /** With what the ping carried. */
  onPong(carried: string): void;
  /** Everything handed over has left this process. */
  onDrain(): void;
  /** The upgrade was answered with something else than 101. */
  onRefused(refusal: Refusal): void;
  /** A close frame came and is answered; `onClose` follows when the peer ends the connection, if it does. */
  onGoodbye(): void;
  /** The socket failed; `onClose` follows when it is gone. */
  onError(error: Error): void;
  onClose(code: number, reason: string): void;
}

/** An upgrade that was answered with something else than 101. */
export interface Refusal {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Its beginning, not yet scrubbed. */
  body: string;
  /** The status was a CONNECT proxy's own. */
  fromProxy: boolean;
  /** What that one is called, if it can be told. */
  proxy?: string;
}

/** One physical socket. The only implementation that dials is in `transport.ts`. */
export interface Transport {
  /** Bytes handed over that have not left this process. */
  readonly bufferedAmount: number;
  /** Bytes read from the network so far: the proof of life that a frame in pieces gives. */
  readonly bytesRead: number;
  /** Set as soon as the status of a refusal is known, while its body is still being read. */
  readonly refusal: Refusal | undefined;
  /** Hands a frame to the socket; `false` if it is not open. */
  send(frame: Frame): boolean;
  ping(carry: string): void;
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

export interface ConnectOptions {
  url: string;
  headers: Readonly<Record<string, string>>;
  protocols: readonly string[];
  agent: Agent | undefined;
  maxPayloadBytes: number;
  /** Header of an accepted upgrade with the other end's id of it, besides the names that most use. */
  requestIdHeader?: string | undefined;
}

/** Clock, chance and the connect function: everything a test replaces. Never a public option. */
export interface Runtime {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  connect(options: ConnectOptions, handlers: TransportHandlers): Transport;
}

/** The real thing. */
export const systemRuntime: Runtime = {
  clock: systemClock,
  random: Math.random,
  connect: connectSocket,
};

/** Shared by the ESM and the CommonJS copy of this package. */
const slot = Symbol.for('patchbay.runtime');

/** The runtime that sessions and pools constructed from now on will use. */
export function currentRuntime(): Runtime {
  return ((globalThis as Record<symbol, unknown>)[slot] as Runtime | undefined) ?? systemRuntime;
}

/** Replaces the runtime; `undefined` brings the real one back. Only for `/testing`. */
export function setRuntime(runtime: Runtime | undefined): void {
  (globalThis as Record<symbol, unknown>)[slot] = runtime;
}
