import { setImmediate } from 'node:timers/promises';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { parseObject } from '../http/json.ts';

/** What a client saw of its socket so far. */
export interface Seen {
  opened: boolean;
  /** Of messages, in order: their `type`, or all of them if they have none. */
  readonly types: string[];
  readonly texts: string[];
  binaries: number;
  pongs: number;
  end?: { code: number; reason: string };
  /** The code of the error, or its message. */
  failure?: string;
  answer?: { status: number; headers: IncomingMessage['headers']; body: string };
}

/** Looks at a socket from the outside. */
export function observe(socket: WebSocket): Seen {
  const seen: Seen = { opened: false, types: [], texts: [], binaries: 0, pongs: 0 };
  socket.on('open', () => (seen.opened = true));
  socket.on('message', (data, isBinary) => {
    if (isBinary) return void (seen.binaries += 1);
    const text = (data as Buffer).toString('utf8');
    const type = parseObject(text)?.type;
    seen.texts.push(text);
    seen.types.push(typeof type === 'string' ? type : text);
  });
  socket.on('pong', () => (seen.pongs += 1));
  socket.on('close', (code, reason) => (seen.end = { code, reason: reason.toString() }));
  socket.on('error', (error: Error & { code?: string }) => (seen.failure ??= error.code ?? error.message));
  socket.on('unexpected-response', (_request, response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('end', () => {
      const { statusCode: status = 0, headers } = response;
      seen.answer = { status, headers, body: Buffer.concat(pieces).toString('utf8') };
      socket.terminate();
    });
  });
  return seen;
}

/** Waits until it holds, for as long as it takes: a test that waits in vain is ended by its runner. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/** Gives everything that is on its way on this machine the time to arrive, by sending others behind it. */
export async function settle(origin: string): Promise<void> {
  for (let trip = 0; trip < 6; trip += 1) {
    const response = await fetch(`${origin}/v1/models`, { headers: { authorization: 'Bearer key' } });
    await response.text();
  }
}
