import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOf, ServerSentEventDecoder, type ServerSentEvent } from './server-sent-events.ts';

function decode(...pieces: Uint8Array[]): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  const decoder = new ServerSentEventDecoder((event) => events.push(event));
  for (const piece of pieces) decoder.push(piece);
  decoder.end();
  return events;
}

const stream = Buffer.from(
  ': hello\n\nevent: delta\ndata: {"a":1}\n\ndata:one\r\ndata: two\r\n\r\nid: 7\nevent: empty\n\ndata: größe 🎙\rdata: x\r\rdata: last',
);
const expected: ServerSentEvent[] = [
  { event: 'delta', data: '{"a":1}' },
  { event: 'message', data: 'one\ntwo' },
  { event: 'message', data: 'größe 🎙\nx' },
  { event: 'message', data: 'last' },
];

describe('eventsOf', () => {
  const all = async (response: Response): Promise<ServerSentEvent[]> => {
    const events: ServerSentEvent[] = [];
    for await (const event of eventsOf(response)) events.push(event);
    return events;
  };

  it('reads the events of a response', async () => {
    expect(await all(new Response(stream))).toEqual(expected);
  });

  it('takes a document for one event, and nothing for none', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect(await all(new Response('{"a":\n\n1}', { headers }))).toEqual([{ event: 'message', data: '{"a":\n\n1}' }]);
    expect(await all(new Response(null))).toEqual([]);
  });
});

describe('ServerSentEventDecoder', () => {
  it('reads lines that end in LF, CRLF or CR, comments, and a last event without its blank line', () => {
    expect(decode(stream)).toEqual(expected);
  });

  it('does not care where the network cut the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 12 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const pieces = edges.slice(1).map((edge, index) => stream.subarray(edges[index], edge));
        expect(decode(...pieces)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads what one piece alone would have said, however long the line', () => {
    const long = 'ä'.repeat(100_000);
    const bytes = Buffer.from(`data: ${long}\r\n\r\n`);
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 5_000 }), (size) => {
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
        expect(decode(...pieces)).toEqual([{ event: 'message', data: long }]);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['line', ''],
    ['comment', ':'],
    ['event of many lines', '\ndata: '],
  ])('refuses a %s of more than 16 Mi characters', (_what, between) => {
    const piece = Buffer.from(between + 'a'.repeat(1_048_576));
    const decoder = new ServerSentEventDecoder(() => undefined);
    const pour = (times: number): void => {
      for (let turn = 0; turn < times; turn++) decoder.push(piece);
    };
    pour(15);
    expect(() => pour(3)).toThrow(expect.objectContaining({ code: 'message-too-large', retryable: false }));
  });

  it('forgets the length of what it has delivered', () => {
    const piece = Buffer.from(`data: ${'a'.repeat(1_048_576)}\n\n`);
    expect(decode(...Array.from({ length: 20 }, () => piece))).toHaveLength(20);
  });
});
