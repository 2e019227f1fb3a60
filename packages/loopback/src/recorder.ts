import type { IncomingMessage } from 'node:http';
import type { ReceivedRequest } from './cloud.ts';
import { readBody } from './http/body.ts';
import { protocolsOf } from './keys.ts';

/** Older ones are dropped, so that a cloud that runs for weeks does not grow. */
const KEPT_REQUESTS = 10_000;

/** Keeps the newest requests. */
export function keepRequest(kept: ReceivedRequest[], request: ReceivedRequest): void {
  kept.push(request);
  if (kept.length > KEPT_REQUESTS) kept.shift();
}

/** Describes a request or upgrade as it arrived. */
export function describeRequest(kind: ReceivedRequest['kind'], request: IncomingMessage): ReceivedRequest {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  return {
    kind,
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark),
    headers: request.headers,
    protocols: protocolsOf(request),
  };
}

/** Adds the body to the record: JSON parsed, anything else as its size. Must be called in the turn of arrival. */
export async function recordBody(record: ReceivedRequest, request: IncomingMessage): Promise<void> {
  const body = await readBody(request);
  if (body.length === 0) return;
  try {
    record.body = JSON.parse(body.toString('utf8'));
  } catch {
    record.body = body.length;
  }
}
