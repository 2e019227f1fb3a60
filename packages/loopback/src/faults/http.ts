import { STATUS_CODES } from 'node:http';
import type { Source } from './source.ts';

/** As much as Node's server takes. */
const LONGEST_HEAD_BYTES = 64 * 1024;

/** The head of a request or an answer. */
export interface Head {
  readonly raw: Buffer;
  /** The three words of its first line. */
  readonly start: readonly [string, string, string];
  /** The value of a header, by its name in small letters; empty if there is none. */
  header(name: string): string;
  /** The same head with headers changed, or taken out by `undefined`. */
  with(headers: Readonly<Record<string, string | undefined>>, start?: readonly [string, string, string]): Buffer;
}

/** Reads a head; `undefined` for what is none, which stays in the source. */
export async function readHead(source: Source): Promise<Head | undefined> {
  if (!(await source.ensure(1)) || !/[A-Z]/.test(source.peek(1).toString('latin1'))) return undefined;
  const raw = await source.until('\r\n\r\n', LONGEST_HEAD_BYTES);
  return raw && parseHead(raw);
}

export function parseHead(raw: Buffer): Head {
  const [first = '', ...lines] = raw.toString('latin1').trimEnd().split('\r\n');
  const [, one = '', two = '', three = ''] = /^(\S+) (\S+) ?(.*)$/.exec(first) ?? [];
  const nameOf = (line: string): string => line.slice(0, line.indexOf(':')).trim().toLowerCase();
  return {
    raw,
    start: [one, two, three],
    header: (name) =>
      lines
        .filter((line) => nameOf(line) === name)
        .map((line) => line.slice(line.indexOf(':') + 1).trim())
        .join(', '),
    with(headers, start = [one, two, three]) {
      const kept = lines.filter((line) => !Object.hasOwn(headers, nameOf(line)));
      const added = Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}: ${value}`],
      );
      return Buffer.from([start.join(' ').trimEnd(), ...kept, ...added, '', ''].join('\r\n'), 'latin1');
    },
  };
}

/** How a body ends. */
export type Framing = 'none' | 'chunked' | 'close' | { bytes: number };

/** RFC 9112, section 6.3. */
export function framingOf(head: Head, answers?: { method: string }): Framing {
  const status = answers ? Number(head.start[1]) : 0;
  if (answers && (answers.method === 'HEAD' || status === 204 || status === 304)) return 'none';
  if (/\bchunked\s*$/i.test(head.header('transfer-encoding'))) return 'chunked';
  const length = head.header('content-length');
  if (/^\d+$/.test(length)) return Number(length) === 0 ? 'none' : { bytes: Number(length) };
  return answers ? 'close' : 'none';
}

/** A piece of a body: what was read, and what it carries. */
export interface Piece {
  readonly raw: Buffer;
  readonly payload: Buffer;
  /** The body is complete. Without such a piece it was cut off. */
  readonly isLast?: boolean;
}

const nothing = Buffer.alloc(0);

/** Reads a body, piece by piece. A chunk that is none passes as it is, with everything behind it. */
export async function* readPieces(source: Source, framing: Framing): AsyncGenerator<Piece, void, undefined> {
  if (framing === 'none') return yield { raw: nothing, payload: nothing, isLast: true };
  if (framing === 'chunked') return yield* readChunks(source);
  for (let left = framing === 'close' ? Infinity : framing.bytes; left > 0;) {
    const payload = await source.some(left);
    if (!payload) {
      if (framing === 'close' && !source.failed) break;
      return;
    }
    left -= payload.length;
    yield { raw: payload, payload };
  }
  yield { raw: nothing, payload: nothing, isLast: true };
}

async function* readChunks(source: Source): AsyncGenerator<Piece, void, undefined> {
  for (;;) {
    const line = await source.until('\r\n', LONGEST_HEAD_BYTES);
    if (!line) break;
    const size = /^[0-9a-f]+/i.exec(line.toString('latin1'))?.[0];
    if (size === undefined) {
      yield { raw: line, payload: nothing };
      break;
    }
    const bytes = Number.parseInt(size, 16);
    if (bytes === 0) {
      const trailer = await readTrailer(source);
      return yield { raw: Buffer.concat([line, trailer]), payload: nothing, isLast: true };
    }
    const isWhole = await source.ensure(bytes + 2);
    const rest = isWhole ? source.take(bytes + 2) : source.take();
    yield { raw: Buffer.concat([line, rest]), payload: rest.subarray(0, bytes) };
  }
  for (let raw; (raw = await source.some());) yield { raw, payload: nothing };
}

async function readTrailer(source: Source): Promise<Buffer> {
  const lines: Buffer[] = [];
  do lines.push((await source.until('\r\n', LONGEST_HEAD_BYTES)) ?? source.take());
  while ((lines.at(-1)?.length ?? 0) > 2);
  return Buffer.concat(lines);
}

export function chunk(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${payload.length.toString(16)}\r\n`), payload, Buffer.from('\r\n')]);
}

/** A whole answer, after which the connection ends. */
export function answer(status: number, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`,
    ...Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' }).map(
      ([name, value]) => `${name}: ${value.replace(/[\r\n]/g, ' ')}`,
    ),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
