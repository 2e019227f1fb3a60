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
