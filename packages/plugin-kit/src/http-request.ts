import { request as requestPlain, type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import {
  currentRuntime,
  dialFailure,
  proxyName,
  proxySecrets,
  requestId as requestIdIn,
  resolveAgent,
  type FailureContext,
  type KeepAlive,
  type NetworkOptions,
} from '@patchbay/ws-session';
import { PatchbayError, type Connection, type DialRequest, type Query } from '@patchbay/ws-url';
import { refusalOf } from './http-refusal.ts';

export interface HttpRequest extends NetworkOptions {
  /** Where it goes, and with which credentials: asked for now. */
  connection: Connection;
  /** Default `POST`. */
  method?: string;
  /** The connection's own headers win over these. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** The model of this request, where it travels in the URL. Default: the connection's. */
  model?: string;
  /** What the options say, where the URL carries it. */
  query?: Query;
  /** Connections to reuse. Default: Node's own, and a tunnel for each request where a proxy is on the way. */
  keepAlive?: KeepAlive;
  /** Aborting with a `PatchbayError` as reason rejects with that error: deadlines. */
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** The bytes as they arrive. Throws a {@link PatchbayError} if they stop before the end. */
  body: AsyncIterable<Uint8Array>;
  /** The same without a promise for each piece: resolves at their end. What `take` throws ends the request. Instead of `body`. */
  each(take: (piece: Uint8Array) => void): Promise<void>;
  /** The provider's id of the request, if it sent one; without our secrets, should it repeat one. */
  requestId: string | undefined;
}

/**
 * One HTTP request over the same agent, proxy and credentials as the sockets of the same client. Resolves with a 2xx
 * whose body has not been read yet; anything else rejects with a {@link PatchbayError}. Redirects are not followed:
 * they would carry the key to somewhere nobody configured.
 */
export async function sendHttp(request: HttpRequest): Promise<HttpResponse> {
  const { connection, model, query, signal } = request;
  try {
    if (signal.aborted) throw abortOf(signal);
    const { clock } = currentRuntime();
    const wallClock = (): number => clock.wallClock();
    const said = { ...(model ? { model } : {}), ...(query ? { query } : {}) };
    const dial = await connection.request({ signal, wallClock, ...said });
    connection.hide(proxySecrets(dial.url, request));
    const { message, proxy } = await exchange(request, dial, true);
    const status = message.statusCode ?? 0;
    const scrub = (text: string): string => connection.scrub(text);
    if (status < 200 || status >= 300) throw await refusalOf(connection, message, { proxy, scrub });
    const requestId = requestIdIn(message.headers, connection.endpoint.requestIdHeader);
    return {
      status,
      headers: message.headers,
      body: read(message, request, dial),
      each: (take) => readEach(message, request, dial, take),
      requestId: requestId && scrub(requestId),
    };
  } catch (error) {
    throw signal.aborted ? abortOf(signal) : error;
  }
}

interface Answer {
  message: IncomingMessage;
  /** Set if it is a proxy's own: what messages call it. */
  proxy: string | undefined;
}

function exchange(request: HttpRequest, dial: DialRequest, mayRepeat: boolean): Promise<Answer> {
  const { signal, body, method = 'POST' } = request;
  return new Promise<Answer>((resolve, reject) => {
    const url = new URL(dial.url);
    const send = url.protocol === 'https:' ? requestSecure : requestPlain;
    let outgoing: ReturnType<typeof send>;
    let agent: Agent | undefined;
    try {
      agent = request.keepAlive?.agentFor(dial.url, request) ?? resolveAgent(dial.url, request);
      outgoing = send(url, { method, headers: headersOf(request, dial), ...(agent ? { agent } : {}) });
    } catch (error) {
      reject(failureOf(error, request, dial));
      return;
    }
    let proxy: string | undefined;
    outgoing.on('proxyConnect', (answer: { statusCode: number }) => {
      if (answer.statusCode !== 200) proxy = proxyName(agent) ?? '';
    });
    // Without an error: where the answer has come whole, Node hands the socket back without listeners before it would
    // report one there, which ends the process. Whoever waits learns the reason from the signal.
    const abort = (): void => void outgoing.destroy();
    signal.addEventListener('abort', abort, { once: true });
    // The signal rules until the last byte of the body.
    outgoing.once('close', () => signal.removeEventListener('abort', abort));
    outgoing.once('response', (message) => resolve({ message, proxy }));
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // An idle connection that the server gave up just now: nobody has seen the request.
      const stale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (stale && mayRepeat && !signal.aborted) exchange(request, dial, false).then(resolve, reject);
      else reject(failureOf(error, request, dial));
    });
    outgoing.end(body);
  });
}

function headersOf(request: HttpRequest, dial: DialRequest): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'patchbay' };
  for (const source of [request.headers ?? {}, dial.headers]) {
    for (const [name, value] of Object.entries(source)) headers[name.toLowerCase()] = value;
  }
  if (request.body !== undefined) headers['content-length'] = String(Buffer.byteLength(request.body));
  return headers;
}

async function* read(message: IncomingMessage, request: HttpRequest, dial: DialRequest): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of message) yield piece as Uint8Array;
    // Node throws away what was not read yet, and calls it the end.
    if (request.signal.aborted) throw abortOf(request.signal);
  } catch (error) {
    throw brokenOff(error, message, request, dial);
  }
}

function readEach(
  message: IncomingMessage,
  request: HttpRequest,
  dial: DialRequest,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(brokenOff(error, message, request, dial));
    if (message.destroyed) return fail(new Error('the connection was closed'));
    message.on('error', fail);
    const onData = (piece: Uint8Array): void => {
      try {
        take(piece);
      } catch (error) {
        // Node still hands on what had come before the stream was destroyed.
        message.off('data', onData);
        reject(error instanceof Error ? error : new Error(String(error)));
        message.destroy();
      }
    };
    message.on('data', onData);
    message.on('end', () => (request.signal.aborted ? reject(abortOf(request.signal)) : resolve()));
    message.on('close', () => {
      if (!message.readableEnded) fail(new Error('the connection was closed'));
    });
  });
}

function brokenOff(error: unknown, message: IncomingMessage, request: HttpRequest, dial: DialRequest): PatchbayError {
  if (request.signal.aborted) return abortOf(request.signal);
  const requestId = requestIdIn(message.headers, request.connection.endpoint.requestIdHeader);
  return failureOf(error, request, dial, { what: 'the answer broke off', requestId });
}

/** What an abort means: its reason if that is one of ours (a deadline), otherwise that somebody asked for it. */
function abortOf(signal: AbortSignal): PatchbayError {
  const reason: unknown = signal.reason;
  return PatchbayError.is(reason) ? reason : new PatchbayError('aborted', 'the request was aborted');
}

function failureOf(
  error: unknown,
  { connection }: HttpRequest,
  dial: DialRequest,
  { what, requestId }: { what?: string; requestId?: string | undefined } = {},
): PatchbayError {
  const { clock } = currentRuntime();
  const context: FailureContext = {
    connection,
    where: dial.redacted,
    scrub: (text) => connection.scrub(text),
    ...(requestId === undefined ? {} : { requestId }),
    wallClock: () => clock.wallClock(),
  };
  return dialFailure(error, context, what).error;
}
