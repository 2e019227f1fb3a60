import type { IncomingHttpHeaders } from 'node:http';
import type { NetworkOptions } from '@patchbay/ws-session';
import type { Connection } from '@patchbay/ws-url';
import type { KeepAlive } from './keep-alive.ts';
import { sendHttp, type HttpRequest, type HttpResponse } from './http-request.ts';

export interface FetchOptions extends NetworkOptions {
  connection: Connection;
  /** Re-read on each request, where the model travels in the URL. */
  model?: () => string | undefined;
  /** Connections to reuse; whoever made them closes them. Default: Node's own. */
  keepAlive?: KeepAlive;
}

/**
 * The `fetch` that a provider's SDK is given, so that its HTTP takes the same way as our sockets: same agent, proxy,
 * gateway, headers and per-attempt credentials. The SDK's URL and `Authorization` are replaced by the connection's,
 * therefore one `fetch` serves one endpoint. Redirects are never followed. Whatever is not a 2xx throws a
 * `PatchbayError`, which SDKs wrap as `cause`; give the SDK `maxRetries: 0`.
 */
export function createFetch(options: FetchOptions): typeof fetch {
  const { connection, model, keepAlive, agent, proxy } = options;
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
      ...(keepAlive === undefined ? {} : { keepAlive }),
      ...(agent === undefined ? {} : { agent }),
      ...(proxy === undefined ? {} : { proxy }),
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
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = await iterator.next();
      if (piece.done === true) controller.close();
      else controller.enqueue(piece.value);
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
