import type { Cloud } from '../cloud.ts';

/** What can be wrong, and its status, "the same on every surface". https://soniox.com/docs/api-reference/errors */
const STATUSES = {
  invalid_request: 400,
  model_not_available: 400,
  invalid_stream_state: 400,
  unauthenticated: 401,
  organization_balance_exhausted: 402,
  temp_api_key_session_expired: 403,
  request_timeout: 408,
  max_duration_reached: 413,
  limit_exceeded: 429,
  internal_error: 500,
} as const;

export type ErrorType = keyof typeof STATUSES;

/** What Soniox says when it refuses. */
export class SonioxError extends Error {
  readonly type: ErrorType;

  constructor(type: ErrorType, message: string) {
    super(message);
    this.name = 'SonioxError';
    this.type = type;
  }

  get status(): number {
    return STATUSES[this.type];
  }
}

/** An error as the sockets and `/tts` tell it. https://soniox.com/docs/stt/rt/error-handling */
export interface Complaint {
  error_code: number;
  error_type: ErrorType;
  error_message: string;
  more_info: string;
  request_id: string;
}

export function invalid(message: string): SonioxError {
  return new SonioxError('invalid_request', message);
}

export function unauthenticated(message: string): SonioxError {
  return new SonioxError('unauthenticated', message);
}

/** Puts an error into words, and tells it to whoever watches the cloud. */
export function complaintOf(error: unknown, requestId: string, cloud: Cloud): Complaint {
  const known = sonioxErrorOf(error);
  cloud.tell('error', 'error-sent', { code: known.status, type: known.type, message: known.message });
  return {
    error_code: known.status,
    error_type: known.type,
    error_message: known.message,
    more_info: moreInfo(known.type),
    request_id: requestId,
  };
}

export function sonioxErrorOf(error: unknown): SonioxError {
  if (error instanceof SonioxError) return error;
  return new SonioxError(
    'internal_error',
    'The server had an error processing your request. Sorry about that! You can retry your request, or contact us through our support email support@soniox.com if you keep seeing this error.',
  );
}

export function moreInfo(type: ErrorType): string {
  return `https://soniox.com/docs/api-reference/errors#${type.replaceAll('_', '-')}`;
}
