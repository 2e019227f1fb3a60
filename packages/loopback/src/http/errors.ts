/** What the service says when it refuses: an HTTP status and the `error` object of its bodies and frames. */
export class ServiceError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;

  constructor(message: string, options: { status: number; type: string; code?: string | null; param?: string | null }) {
    super(message);
    this.name = 'ServiceError';
    this.status = options.status;
    this.type = options.type;
    this.code = options.code ?? null;
    this.param = options.param ?? null;
  }

  /** The `error` object. https://developers.openai.com/api/docs/guides/error-codes */
  get body(): { message: string; type: string; param: string | null; code: string | null } {
    return { message: this.message, type: this.type, param: this.param, code: this.code };
  }
}

/** `invalid_request_error`, status 400 unless told otherwise. */
export function invalidRequest(
  message: string,
  options: { status?: number; code?: string; param?: string } = {},
): ServiceError {
  return new ServiceError(message, { status: 400, type: 'invalid_request_error', ...options });
}

/** A required parameter that is not there. */
export function missingParameter(param: string): ServiceError {
  return invalidRequest(`Missing required parameter: '${param}'.`, { code: 'missing_required_parameter', param });
}

/** Turns whatever was thrown into what the client is told: our own errors as they are, the rest as a `server_error`. */
export function serviceErrorOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError(message, { status: 500, type: 'server_error', code: 'server_error' });
}
