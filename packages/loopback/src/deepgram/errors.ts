import type { ServerResponse } from 'node:http';
import type { Refusal } from '../handlers.ts';
import { ServiceError } from '../http/errors.ts';

/** What Deepgram says when it refuses. https://developers.deepgram.com/docs/errors */
export class DeepgramError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'DeepgramError';
    this.status = status;
    this.code = code;
  }
}

/** The request cannot be served: its model, its audio, its text. */
export function badRequest(message: string): DeepgramError {
  return new DeepgramError(400, 'Bad Request', message);
}

/** The query says something that nobody understands. */
export function invalidQuery(message: string): DeepgramError {
  return new DeepgramError(400, 'INVALID_QUERY_PARAMETER', `Failed to deserialize query parameters: ${message}`);
}

export function invalidCredentials(): DeepgramError {
  return new DeepgramError(401, 'INVALID_AUTH', 'Invalid credentials.');
}

/**
 * How an upgrade is refused: the message "is also sent back in the body".
 * https://developers.deepgram.com/docs/stt-troubleshooting-websocket-data-and-net-errors
 */
export function refusalOf(error: unknown, requestId: string): Refusal {
  const { status, message, body } = describe(error, requestId);
  // What a header cannot hold would break the answer.
  const headers = { 'dg-request-id': requestId, 'dg-error': message.replace(/[^\x20-\x7e]/g, '?') };
  return { status, headers, body };
}

export function replyError(response: ServerResponse, error: unknown, requestId: string): void {
  const { status, headers, body } = refusalOf(error, requestId);
  response.writeHead(status, { ...headers, 'content-type': 'application/json' });
  response.end(body);
}

function describe(error: unknown, request_id: string): { status: number; message: string; body: string } {
  const known = error instanceof DeepgramError ? error : unexpected(error);
  const body = JSON.stringify({ err_code: known.code, err_msg: known.message, request_id });
  return { status: known.status, message: known.message, body };
}

/** A body that is too long is refused where it is read. */
function unexpected(error: unknown): DeepgramError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ServiceError && error.status === 413)
    return new DeepgramError(413, 'PAYLOAD_TOO_LARGE', message);
  return new DeepgramError(500, 'INTERNAL_SERVER_ERROR', message);
}
