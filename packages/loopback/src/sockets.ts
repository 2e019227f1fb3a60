import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import { chooseProtocol } from './keys.ts';

/** Larger than any event the service takes: what is too long is answered by name, not by a dropped socket. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024;

/** How a server differs from the provider's own. */
export interface SocketsOptions {
  /** Largest client frame in bytes; 0: any. Default 32 MiB. */
  maxPayload?: number;
  /** Which of the subprotocols that are offered is echoed. Default: the first that is no credential. */
  handleProtocols?: (offered: Set<string>, request: IncomingMessage) => string | false;
}

/** The server side of every WebSocket that loopback accepts: the provider's, and those of the gateways in front of it. */
export function createSockets(options: SocketsOptions = {}): WebSocketServer {
  const { maxPayload = MAX_FRAME_BYTES, handleProtocols = chooseProtocol } = options;
  return new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload, handleProtocols });
}
