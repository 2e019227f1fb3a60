import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { GatewaySettings } from './settings.ts';

/** What a rule works with. */
export interface GatewayContext {
  readonly clock: Clock;
  readonly settings: GatewaySettings;
  /** `http://127.0.0.1:PORT` of the provider side. */
  readonly upstream: string;
  /** The gateway's own key at the provider. */
  readonly upstreamKey: string;
  /** Whether it matters which key a client has. */
  readonly hasKeys: boolean;
  /** Whether a client's key opens this gateway. */
  accepts(key: string | undefined): boolean;
  tell(name: string, detail?: Record<string, unknown>): void;
}

/** One HTTP request at the gateway. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** With its `?`, byte for byte; empty if there was none. */
  readonly query: string;
  readonly parameters: URLSearchParams;
  /** All of the body. */
  readonly body: Buffer;
}

/** One upgrade at the gateway, not answered yet. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly path: string;
  readonly query: string;
  readonly parameters: URLSearchParams;
  /** Subprotocols that were offered, in order. */
  readonly protocols: readonly string[];
  /** Answers 101. The handler runs synchronously, before any frame. */
  accept(handle: (client: WebSocket) => void): void;
  /** Answers with an HTTP status instead, and closes. */
  refuse(status: number, body?: string, headers?: Readonly<Record<string, string>>): void;
}

/** One gateway: what it does with a request and with an upgrade. */
export interface GatewayRule {
  readonly name: string;
  /** Path of the base URL that clients are given. */
  readonly base: string;
  /** What clients must know, in a line for the terminal. */
  readonly note: string;
  /** Largest client frame in bytes; default none. */
  readonly maxFrameBytes?: number;
  /** Pings every `everyMs` and closes with 1011 what has not answered after `deadMs`. */
  readonly heartbeat?: Heartbeat;
  /** How sockets end when the gateway is stopped: a close code, or none for a cut. */
  readonly stopCode?: number;
  http(call: Call, gateway: GatewayContext): Promise<void> | void;
  upgrade(arrival: Arrival, gateway: GatewayContext): void;
}
