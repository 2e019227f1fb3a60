import { ok } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';

/** What a line did to one request that is nobody's, and to its answer. */
export interface Line {
  /** From the request to the answer’s headers, milliseconds. */
  answeredMs: number;
  /** Of which these came. */
  pieces: number;
  /** It has not been ended by the other side, which was asked to when it has answered. */
  isOpen: () => boolean;
  hangUp: () => void;
}

/** Asks for something, at a length of so many bytes. */
export async function lineTo(baseURL: string, bytes = 0): Promise<Line> {
  const { port, pathname } = new URL(baseURL);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.setNoDelay();
  const startMs = performance.now();
  const filler = `x-filler: ${'x'.repeat(bytes)}`;
  socket.write([`GET ${pathname}/models HTTP/1.1`, 'host: nobody', 'connection: close', filler, '\r\n'].join('\r\n'));
  let answer = '';
  let pieces = 0;
  while (!answer.includes('\r\n\r\n')) {
    const [piece] = (await once(socket, 'data', { signal: AbortSignal.timeout(30_000) })) as [Buffer];
    answer += piece.toString('latin1');
    pieces++;
  }
  socket.resume();
  return {
    ...{ answeredMs: performance.now() - startMs, pieces },
    isOpen: () => !socket.readableEnded && !socket.destroyed,
    hangUp: () => socket.destroy(),
  };
}

/** A line does what it is said to do: each of three times, for a busy machine is slow now and then without it. */
export async function expectSlowLine(baseURL: string, leastMs: number, bytes?: number): Promise<void> {
  for (const { answeredMs } of await linesTo(baseURL, 3, bytes))
    ok(answeredMs >= leastMs, `an answer took ${Math.round(answeredMs)} ms`);
}

/** One time of many, for a busy machine puts pieces together before they are read, and none cuts a short answer up. */
export async function expectSlicedLine(baseURL: string): Promise<void> {
  const pieces = (await linesTo(baseURL, 20)).map((line) => line.pieces);
  ok(Math.max(...pieces) > 5, `answers came in ${pieces.join(', ')} pieces`);
}

async function linesTo(baseURL: string, count: number, bytes?: number): Promise<Line[]> {
  const lines: Line[] = [];
  while (lines.length < count) {
    const line = await lineTo(baseURL, bytes);
    line.hangUp();
    lines.push(line);
  }
  return lines;
}
