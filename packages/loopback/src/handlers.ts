import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import type { Cloud } from './cloud.ts';

/** Serves one HTTP request whose path it knows; `false` if it does not. The key has been checked. */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  cloud: Cloud,
) => Promise<boolean>;

/** Serves one accepted socket until it closes. Must attach its message handler synchronously. */
export type SocketHandler = (socket: WebSocket, request: IncomingMessage, url: URL, cloud: Cloud) => void;

/** What an upgrade is answered with instead of a socket. */
export interface Refusal {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What is served on a socket; `headers` go with the 101. */
export interface Acceptance {
  serve: SocketHandler;
  headers: Readonly<Record<string, string>>;
}

/** A provider beside OpenAI on the same port, told by its paths: with keys of its own, and its own words of refusal. */
export interface Provider {
  serves(path: string): boolean;
  /** The key of a request, wherever this provider's clients put it. */
  keyOf(request: IncomingMessage): string | undefined;
  /** Answers a request. `known`: its key is good. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL, known: boolean): Promise<void>;
  accept(request: IncomingMessage, url: URL, known: boolean): Acceptance | Refusal;
}
