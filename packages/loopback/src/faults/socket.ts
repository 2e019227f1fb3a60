import type { Socket } from 'node:net';
import type { Exchange } from './exchange.ts';
import { readFrames } from './frames.ts';
import type { Source } from './source.ts';
import { put } from './writer.ts';

/** The provider's side of a client's connection. */
export interface Upstream {
  readonly socket: Socket;
  readonly source: Source;
}

/** Relays the frames of an open WebSocket in both directions until both have ended. */
export async function relaySocket(exchange: Exchange, client: Source, upstream: Upstream): Promise<void> {
  await exchange.open();
  await Promise.all([relayUp(exchange, client, upstream), relayDown(exchange, upstream.source)]);
}

async function relayUp(exchange: Exchange, client: Source, upstream: Upstream): Promise<void> {
  for await (const passing of readFrames(client)) {
    await exchange.up(passing, () => put(upstream.socket, passing.raw));
  }
  upstream.socket.end();
  // Whoever ends a line that is dead will not be told more.
  if (exchange.isSilent) await exchange.settings.writer.end();
}

async function relayDown(exchange: Exchange, source: Source): Promise<void> {
  const { writer } = exchange.settings;
  for await (const passing of readFrames(source)) await exchange.down(passing);
  await exchange.flush();
  if (exchange.isSilent) return;
  await (source.failed ? writer.reset() : writer.end());
}
