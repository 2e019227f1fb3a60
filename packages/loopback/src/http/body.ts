import type { IncomingMessage } from 'node:http';
import { invalidRequest } from './errors.ts';
import { parseObject } from './json.ts';
import type { JsonObject } from './json.ts';

/** What a request may carry: the service's own limit for audio files is 25 MB. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

const bodies = new WeakMap<IncomingMessage, Promise<Buffer>>();

/**
 * The whole body. May be asked for any number of times, so that whoever records a request and whoever serves it read
 * the same bytes; the first call must be made in the turn in which the request arrived.
 */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  let body = bodies.get(request);
  if (!body) {
    body = collect(request);
    // Whoever does not ask again must not be charged with a client that went away.
    body.catch(() => {});
    bodies.set(request, body);
  }
  return body;
}

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= MAX_BODY_BYTES) pieces.push(piece);
    });
    request.once('end', () => {
      if (size > MAX_BODY_BYTES) {
        reject(
          invalidRequest(`Maximum content size limit (${MAX_BODY_BYTES}) exceeded (${size} bytes read)`, {
            status: 413,
          }),
        );
      } else {
        resolve(Buffer.concat(pieces));
      }
    });
    request.once('close', () => reject(new Error('The client went away before its request was complete.')));
    request.once('error', reject);
  });
}

/** The body as a JSON object, or the service's own complaint. */
export async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const body = parseObject((await readBody(request)).toString('utf8'));
  if (!body) throw invalidRequest('We could not parse the JSON body of your request. The API expects a JSON payload.');
  return body;
}
