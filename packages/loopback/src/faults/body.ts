import type { BodyEncoder } from './encoders.ts';
import type { Passing } from './frames.ts';
import { readPieces } from './http.ts';
import type { Framing } from './http.ts';
import type { Source } from './source.ts';

/** What a body consists of: server-sent events, one JSON document, or pieces as they come. */
export type BodyKind = 'events' | 'json' | 'bytes';

export function bodyKindOf(contentType: string): BodyKind {
  if (/^text\/event-stream\b/i.test(contentType)) return 'events';
  return /^application\/json\b/i.test(contentType) ? 'json' : 'bytes';
}

export interface ReadBody {
  source: Source;
  framing: Framing;
  kind: BodyKind;
  encoder: BodyEncoder;
  /** The framing is not the one it came in. */
  reframed: boolean;
}

/** Reads the body of an answer, message by message. Returns whether it was complete. */
export async function* readBodyMessages(body: ReadBody): AsyncGenerator<Passing, boolean, undefined> {
  const { source, framing, kind, encoder, reframed } = body;
  const raw: Buffer[] = [];
  let carry = Buffer.alloc(0);
  for await (const piece of readPieces(source, framing)) {
    const own = reframed ? (piece.payload.length > 0 ? encoder.wrap(piece.payload) : Buffer.alloc(0)) : piece.raw;
    if (kind === 'bytes') {
      if (piece.payload.length > 0) yield { raw: own, kind: 'message' };
      else if (own.length > 0) yield { raw: own, kind: 'other' };
    } else if (kind === 'json') {
      if (piece.isLast) {
        if (carry.length > 0) yield { raw: Buffer.concat(raw), kind: 'message', text: carry.toString('utf8') };
        if (own.length > 0) yield { raw: own, kind: 'other' };
      } else {
        raw.push(own);
        carry = Buffer.concat([carry, piece.payload]);
      }
    } else {
      const isPlain = carry.length === 0;
      carry = Buffer.concat([carry, piece.payload]);
      const { events, rest } = splitEvents(carry);
      if (isPlain && events.length === 1 && rest.length === 0) yield message(events[0]!, own);
      else for (const event of events) yield message(event, encoder.wrap(event));
      carry = rest;
      if (piece.payload.length === 0) {
        if (carry.length > 0) yield { raw: encoder.wrap(carry), kind: 'other' };
        carry = Buffer.alloc(0);
        if (own.length > 0) yield { raw: own, kind: 'other' };
      }
    }
    if (!piece.isLast) continue;
    if (reframed) yield { raw: encoder.last, kind: 'other' };
    return true;
  }
  const cut = kind === 'json' ? Buffer.concat(raw) : carry.length > 0 ? encoder.wrap(carry) : carry;
  if (cut.length > 0) yield { raw: cut, kind: 'other' };
  return false;

  function message(event: Buffer, raw: Buffer): Passing {
    const lines = event.toString('utf8').split(/\r?\n/);
    encoder.named ||= lines.some((line) => line.startsWith('event:'));
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).replace(/^ /, ''));
    // A comment keeps the line busy and says nothing.
    return data.length > 0 ? { raw, kind: 'message', text: data.join('\n') } : { raw, kind: 'other' };
  }
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
function splitEvents(bytes: Buffer): { events: Buffer[]; rest: Buffer<ArrayBuffer> } {
  const text = bytes.toString('latin1');
  const events: Buffer[] = [];
  let start = 0;
  for (const { 0: blank, index } of text.matchAll(/\r?\n\r?\n/g)) {
    events.push(bytes.subarray(start, index + blank.length));
    start = index + blank.length;
  }
  return { events, rest: Buffer.from(bytes.subarray(start)) };
}
