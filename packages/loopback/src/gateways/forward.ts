import { request as sendRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { errorBody, replyJson } from './reply.ts';
import type { Call, GatewayContext } from './types.ts';

/** Headers that belong to one connection (RFC 9110, 7.6.1), and those that are written anew. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
]);

/** What changes on the way. */
export interface Forwarding {
  /** Path at the provider. */
  path: string;
  /** With its `?`; default: the client's, byte for byte. */
  query?: string;
  /** Headers that go up; default: the client's. */
  headers?: Readonly<Record<string, string>>;
  /** Default: the client's. */
  body?: Buffer | string;
  /** The provider never hears that the client went away. Default false. */
  detached?: boolean;
  /** Takes the answer over; default: status, headers and body go down as they come. */
  answer?(answer: IncomingMessage): Promise<void> | void;
  /** The provider could not be reached, or broke off before its answer began. Default: 502. */
  failed?(reason: string): void;
}

/** Sends a call on to the provider and its answer back, as it comes. */
export function forward(call: Call, gateway: GatewayContext, forwarding: Forwarding): Promise<void> {
  const { request, response } = call;
  return new Promise((resolve) => {
    const failed = (error: Error): void => {
      gateway.tell('upstream-failed', { path: forwarding.path, reason: error.message });
      if (response.headersSent || response.destroyed) response.destroy();
      else if (forwarding.failed) forwarding.failed(error.message);
      else replyJson(response, 502, errorBody('Bad gateway', 'server_error'));
      resolve();
    };
    let answered = false;
    const body = forwarding.body ?? call.body;
    const up = sendRequest(
      `${gateway.upstream}${forwarding.path}${forwarding.query ?? call.query}`,
      {
        method: call.method,
        headers: { ...(forwarding.headers ?? endToEnd(request.headers)), 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        answered = true;
        const done = forwarding.answer ? forwarding.answer(answer) : passOn(answer, call);
        void Promise.resolve(done).then(resolve, failed);
      },
    );
    // Behind its head, a provider that resets is a failure of the answer.
    up.on('error', (error) => void (answered || failed(error)));
    if (!forwarding.detached) {
      response.once('close', () => {
        if (!response.writableFinished) up.destroy();
      });
    }
    up.end(body);
  });
}

/** Sends an answer down as it comes. */
export function passOn(answer: IncomingMessage, { response }: Call): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  response.flushHeaders();
  return new Promise((resolve) => {
    answer.on('error', () => response.destroy());
    response.once('close', resolve);
    answer.pipe(response);
  });
}

/** All of an answer's body. */
export async function collect(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** Headers without those that belong to the connection they came on. */
export function endToEnd(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !CONNECTION_HEADERS.has(name))
      kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}

/** The named headers of a request, as far as it has them. */
export function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') picked[name] = value;
  }
  return picked;
}
