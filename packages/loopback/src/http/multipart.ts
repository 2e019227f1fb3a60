import type { IncomingMessage } from 'node:http';
import { readBody } from './body.ts';
import { invalidRequest } from './errors.ts';

/** A form as `multipart/form-data` carries it. */
export interface Form {
  /** Fields by name; one that is repeated keeps its last value. */
  readonly fields: ReadonlyMap<string, string>;
  /** All values of a field, in order, under its name without the `[]` that lists have. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly files: ReadonlyMap<string, { name: string; bytes: Buffer }>;
}

const CRLF = '\r\n';

/** Reads a form (RFC 7578): no nesting, no transfer encodings, as every client of such APIs writes it. */
export async function readForm(request: IncomingMessage): Promise<Form> {
  const boundary = /^multipart\/form-data;.*\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(
    request.headers['content-type'] ?? '',
  );
  const name = boundary?.[1] ?? boundary?.[2];
  if (!name) throw invalidRequest('The request must be multipart/form-data with a boundary.');
  const body = await readBody(request);
  const fields = new Map<string, string>();
  const lists = new Map<string, string[]>();
  const files = new Map<string, { name: string; bytes: Buffer }>();
  for (const part of partsOf(body, name)) {
    const end = part.indexOf(CRLF + CRLF);
    if (end < 0) continue;
    const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(part.toString('utf8', 0, end))?.[1] ?? '';
    const field = parameterOf(disposition, 'name');
    if (field === undefined) continue;
    const bytes = part.subarray(end + 4);
    const file = parameterOf(disposition, 'filename');
    if (file !== undefined) {
      files.set(field, { name: file, bytes });
      continue;
    }
    const value = bytes.toString('utf8');
    const list = field.replace(/\[\d*\]$/, '');
    fields.set(field, value);
    lists.set(list, [...(lists.get(list) ?? []), value]);
  }
  return { fields, lists, files };
}

function* partsOf(body: Buffer, boundary: string): Generator<Buffer, void, undefined> {
  // The first delimiter has no line break before it; every other one does, and it belongs to the delimiter.
  const delimiter = `${CRLF}--${boundary}`;
  let start = body.indexOf(`--${boundary}`) + delimiter.length - CRLF.length;
  while (start >= delimiter.length - CRLF.length) {
    const end = body.indexOf(delimiter, start);
    if (end < 0) return;
    yield body.subarray(start + CRLF.length, end);
    start = end + delimiter.length;
  }
}

function parameterOf(disposition: string, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}="([^"]*)"`, 'i').exec(disposition)?.[1];
}
