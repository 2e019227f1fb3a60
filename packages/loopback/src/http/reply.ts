import type { ServerResponse } from 'node:http';
import type { Cloud } from '../cloud.ts';
import type { ServiceError } from './errors.ts';

/** Sends JSON with the headers that every answer of the service has. */
export function replyJson(response: ServerResponse, cloud: Cloud, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', ...serviceHeaders(cloud) });
  response.end(JSON.stringify(body));
}

export function replyError(response: ServerResponse, cloud: Cloud, error: ServiceError): void {
  replyJson(response, cloud, { error: error.body }, error.status);
}

/** Headers that clients read from every answer: the request id is what a support ticket needs. */
export function serviceHeaders(cloud: Cloud): Record<string, string> {
  return { 'x-request-id': cloud.id('req_'), 'openai-version': '2020-10-01' };
}

/** A server-sent event stream. */
export interface EventStream {
  /** Writes one event; `name` becomes its `event:` line. Waits while the client is slower than we are. */
  send(data: unknown, name?: string): Promise<void>;
  /** Ends the stream, with `data: [DONE]` where the API has it. */
  end(options?: { done?: boolean }): void;
}

export function replyEvents(response: ServerResponse, cloud: Cloud): EventStream {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...serviceHeaders(cloud),
  });
  response.flushHeaders();
  return {
    send: (data, name) => write(response, `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`),
    end: (options) => void response.end(options?.done ? 'data: [DONE]\n\n' : undefined),
  };
}

/** Writes, and waits for a slow reader; returns at once when the reader is gone. */
export function write(response: ServerResponse, data: string | Uint8Array): Promise<void> {
  if (response.destroyed || response.write(data)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** Aborts when the client goes away before the answer is complete: the work behind it stops. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
