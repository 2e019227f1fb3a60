import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SonioxContext } from '../context.ts';
import { moreInfo, sonioxErrorOf, unauthenticated } from '../errors.ts';
import { requestKeyOf } from '../keys.ts';

/** A field of a body that is wrong. */
export interface FieldError {
  error_type: string;
  location: string;
  message: string;
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** An error of `api.soniox.com`. https://soniox.com/docs/api-reference/errors */
export function replyError(response: ServerResponse, error: unknown, wrong: readonly FieldError[] = []): void {
  const { status, type, message } = sonioxErrorOf(error);
  reply(response, status, {
    status_code: status,
    error_type: type,
    message,
    validation_errors: wrong,
    request_id: randomUUID(),
    more_info: moreInfo(type),
  });
}

/** Whether a request has a key of the account; else it is refused. */
export function hasKey(request: IncomingMessage, response: ServerResponse, { cloud }: SonioxContext): boolean {
  if (cloud.accepts(requestKeyOf(request))) return true;
  request.resume();
  const where = 'You can get an API key at https://console.soniox.com';
  replyError(response, unauthenticated(`Incorrect API key provided. ${where}`));
  return false;
}
