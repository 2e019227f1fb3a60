import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Feed } from './feed.ts';

export interface AnswersOptions {
  /** Answers one request out of the feed. Returns how many frames that took. */
  answer?(response: ServerResponse, request: IncomingMessage): number | Promise<number>;
  /** Answers one upgrade, likewise. */
  upgrade?(socket: Duplex, request: IncomingMessage): number;
  /** Makes one request; resolves when nothing of it is left. Rejects for what must not happen. */
  ask(url: string): Promise<unknown>;
  /** Requests at a time. Default 4. */
  atOnce?: number;
}

/** A server whose answers make no sense, and clients that go on asking until the feed is used up. */
export async function floodAnswers(feed: Feed, options: AnswersOptions): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    response.on('error', () => {});
    request.once('end', () => void answer(response, request));
  });
  const answer = async (response: ServerResponse, request: IncomingMessage): Promise<void> => {
    feed.delivered((await options.answer?.(response, request)) ?? 0);
    if (options.answer === undefined) response.end();
  };
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => socket.destroy());
    feed.delivered(options.upgrade?.(socket, request) ?? 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1`;
  const caller = async (): Promise<void> => {
    while (feed.left > 0) await options.ask(url);
  };
  await Promise.all(Array.from({ length: options.atOnce ?? 4 }, caller));
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** Frames as a `text/event-stream`, cut anywhere; sometimes it breaks off. Returns how many it took. */
export function answerWithEvents(feed: Feed, response: ServerResponse, most = 60): number {
  const { random } = feed;
  const count = 1 + random.below(most);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' });
  feed.restart();
  for (let index = 0; index < count; index++) {
    for (const piece of random.pieces(eventOf(feed))) response.write(piece);
  }
  if (random.chance(0.5)) response.write('data: [DONE]\n\n');
  if (random.chance(0.9)) response.end();
  else response.destroy();
  return count;
}

/** One event, or what is taken for one. */
export function eventOf(feed: Feed): Buffer {
  const { random } = feed;
  const frame = feed.next();
  const body = typeof frame === 'string' ? Buffer.from(frame) : frame;
  if (random.chance(0.03)) return body;
  const name = random.chance(0.1) ? `event: ${random.pick(['error', 'message', '', 'done', '__proto__'])}\n` : '';
  const end = random.pick(['\n\n', '\n\n', '\n\n', '\r\n\r\n', '\r\r', '\n']);
  return Buffer.concat([Buffer.from(`${name}data:${random.chance(0.9) ? ' ' : ''}`), body, Buffer.from(end)]);
}
