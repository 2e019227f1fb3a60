import type { IncomingHttpHeaders } from 'node:http';
import type { KeepAlive, NetworkOptions } from '@patchbay/ws-session';
import type { Connection } from '@patchbay/ws-url';
import { AnswerLimit } from './answer-limit.ts';
import { sendHttp, type HttpRequest, type HttpResponse } from './http-request.ts';

export interface FetchOptions extends NetworkOptions {
  connection: Connection;
  /** Re-read on each request, where the model travels in the URL. */
  model?: () => string | undefined;
  /** Connections to reuse, closed by whoever made them. Default: Node's own, and a tunnel for each request. */
  keepAlive?: KeepAlive;
}

/**
 * The `fetch` that a provider's SDK is given, so that its HTTP takes the same way as our sockets: same agent, proxy,
 * gateway, headers and per-attempt credentials. The SDK's URL and `Authorization` are replaced by the connection's,
 * therefore one `fetch` serves one endpoint. Redirects are never followed, and an answer or event of more than 16 MiB is an error. Whatever is not a 2xx throws a
 * `PatchbayError`, which SDKs wrap as `cause`; give the SDK `maxRetries: 0`.
 */
export function createFetch(options: FetchOptions): typeof fetch {
  const { connection, model, agent, proxy, keepAlive } = options;
  return async (input, init = {}) => {
    const { body, contentType } = await encode(init.body);
    const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
    new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined)).forEach((value, name) => {
      if (name !== 'authorization' && name !== 'content-length') headers[name] = value;
    });
    const wanted = model?.();
    const cancelled = new AbortController();
    const { signal } = init;
    const request: HttpRequest = {
      connection,
      method: init.method ?? 'GET',
      headers,
      signal: signal ? AbortSignal.any([signal, cancelled.signal]) : cancelled.signal,
      ...(body === undefined ? {} : { body }),
      ...(agent === undefined ? {} : { agent }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(keepAlive === undefined ? {} : { keepAlive }),
      ...(wanted === undefined ? {} : { model: wanted }),
    };
    return toResponse(await sendHttp(request), () => cancelled.abort());
  };
}

/** SDKs hand over JSON text; forms and blobs are encoded by the platform, which also knows their boundary. */
async function encode(
  body: RequestInit['body'] | undefined,
): Promise<{ body?: string | Uint8Array; contentType?: string }> {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string' || body instanceof Uint8Array) return { body };
  const encoded = new Response(body);
  const contentType = encoded.headers.get('content-type');
  return { body: new Uint8Array(await encoded.arrayBuffer()), ...(contentType === null ? {} : { contentType }) };
}

function toResponse({ status, headers, body }: HttpResponse, abort: () => void): Response {
  const empty = status === 204 || status === 205;
  const iterator = body[Symbol.asyncIterator]();
  const limit = new AnswerLimit(headers['content-type']);
  const passed = (piece: Uint8Array): Uint8Array | undefined => {
    try {
      return limit.pass(piece);
    } catch (error) {
      abort();
      throw error;
    }
  };
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const piece = await iterator.next();
        const ready = piece.done === true ? limit.rest() : passed(piece.value);
        if (ready !== undefined) controller.enqueue(ready);
        if (piece.done === true) return controller.close();
        if (ready !== undefined) return;
      }
    },
    // Not `iterator.return()`: it would wait for the piece that a silent server never sends.
    cancel: abort,
  });
  return new Response(empty ? null : stream, { status, headers: plain(headers) });
}

function plain(headers: IncomingHttpHeaders): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) result.append(name, one);
  }
  return result;
}
