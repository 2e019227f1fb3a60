import { currentRuntime, Deadline } from '@patchbay/ws-session';
import { PatchbayError } from '@patchbay/ws-url';
import { toAPIError } from './errors.ts';
import { sendHttp, type HttpRequest, type HttpResponse } from './http-request.ts';
import type { JsonMessage } from './json-message.ts';

export interface JsonRequest extends Omit<HttpRequest, 'signal'> {
  /** Milliseconds for the whole of it. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** The answer has begun: its status, headers and request id. */
  onResponse?: (response: HttpResponse) => void;
}

/** Longer answers are no answers to what a voice agent asks. */
const maxAnswerBytes = 4 * 1_048_576;

/**
 * A request whose answer is one JSON object.
 *
 * @throws APIError of LiveKit's classes.
 */
export async function requestJson({ timeoutMs, signal, onResponse, ...request }: JsonRequest): Promise<JsonMessage> {
  const { host } = request.connection;
  const attempt = new AbortController();
  const abort = (): void => attempt.abort();
  const deadline = new Deadline(currentRuntime().clock, () => {
    attempt.abort(
      new PatchbayError('inactivity-timeout', `${host} did not answer within ${timeoutMs} ms`, { retryable: true }),
    );
  });
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  deadline.arm(timeoutMs);
  try {
    const response = await sendHttp({ ...request, signal: attempt.signal });
    onResponse?.(response);
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of response.body) {
      pieces.push(piece);
      length += piece.byteLength;
      if (length > maxAnswerBytes) throw new PatchbayError('message-too-large', `${host} answered with too much`);
    }
    return objectIn(Buffer.concat(pieces).toString(), host);
  } catch (error) {
    throw toAPIError(error, { scrub: (text) => request.connection.scrub(text) });
  } finally {
    deadline.disarm();
    signal?.removeEventListener('abort', abort);
  }
}

function objectIn(text: string, host: string): JsonMessage {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer as JsonMessage;
  throw new PatchbayError('protocol-violation', `${host} answered with something else than a JSON object`);
}
