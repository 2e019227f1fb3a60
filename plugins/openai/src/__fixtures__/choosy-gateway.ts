import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { startLoopback, type LoopbackOptions } from '@patchbay/loopback';
import { onTestFinished } from 'vitest';

/** A gateway in front of loopback that answers some requests itself. */
export interface ChoosyGateway {
  baseURL: string;
  /** What each request said, the file of a form included. */
  bodies: string[];
}

/** `answer` says whether it did; what it leaves is handed on. */
export async function startChoosyGateway(
  answer: (response: ServerResponse, body: string, requests: number) => boolean,
  options: LoopbackOptions = {},
): Promise<ChoosyGateway> {
  const cloud = await startLoopback({ voice: 'plain', pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 }, ...options });
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const said = body.toString('latin1');
      if (!answer(response, said, bodies.push(said))) {
        void handOn(`${cloud.origin}${request.url}`, request.headers, body, response);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await cloud.close();
  });
  return { baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, bodies };
}

async function handOn(
  url: string,
  { authorization = '', 'content-type': type = '' }: IncomingHttpHeaders,
  body: Buffer<ArrayBuffer>,
  response: ServerResponse,
): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { authorization, 'content-type': type }, body });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
  if (answer.body === null) response.end();
  else Readable.fromWeb(answer.body as never).pipe(response);
}

/** Refuses as most do. */
export function refuse(response: ServerResponse, status: number, error: object = { message: 'Unknown field.' }): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
  return true;
}
