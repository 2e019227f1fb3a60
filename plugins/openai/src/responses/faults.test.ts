import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { APIConnectionError, APIStatusError, APITimeoutError } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { Conversation, failuresOf, firstWords, listen, talkWith, watch } from './__fixtures__/conversation.ts';
import { completed, created, delta, reply, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

// One test per fault class that a Responses socket can meet; what is retried is what LiveKit is told.

const at = setup();

async function listening<T extends Server | TcpServer>(server: T): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** A server that answers upgrades in its own way. */
async function upgrading(
  answer: (request: IncomingMessage, socket: Duplex) => void,
): Promise<{ url: string; count(): number }> {
  let count = 0;
  const server = createServer();
  const sockets = new Set<Duplex>();
  server.on('upgrade', (request, socket) => {
    count++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.resume().on('end', () => socket.destroy());
    answer(request, socket);
  });
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return { url: await listening(server), count: () => count };
}

/** A turn that fails: every error that LiveKit was told of. */
async function failing(options: Parameters<typeof at.open>[0]): Promise<ReturnType<typeof failuresOf>> {
  const { conversation, failures } = talkWith(at.open(options));
  expect((await conversation.turn('hello')).text).toBe('');
  return failures;
}

const causeOf = (error: Error | undefined): PatchbayError => {
  expect(PatchbayError.is(error?.cause)).toBe(true);
  return error!.cause as PatchbayError;
};

const again = [true, true, false];

describe('a dial', () => {
  it('that is refused is tried again and keeps its cause', async () => {
    const url = await listening(createServer());
    const closed = new URL(url);
    closed.port = '1';
    const failures = await failing({ baseURL: closed.href });
    expect(failures.map(({ recoverable }) => recoverable)).toEqual(again);
    expect(failures[0]?.error).toBeInstanceOf(APIConnectionError);
    expect(failures[0]?.error.message).toContain('ECONNREFUSED');
  });

  it('to a name that does not resolve is tried again and keeps its cause', async () => {
    const failures = await failing({ baseURL: 'https://nowhere.invalid/v1', proxy: false });
    expect(failures.map(({ recoverable }) => recoverable)).toEqual(again);
    expect(failures[0]?.error.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it('that is reset in the handshake is tried again', async () => {
    const url = await listening(
      createTcpServer((socket: Socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    const failures = await failing({ baseURL: url });
    expect(failures.map(({ recoverable }) => recoverable)).toEqual(again);
    expect(failures[0]?.error).toBeInstanceOf(APIConnectionError);
  });

  it('over TLS to something else is a matter of configuration', async () => {
    const url = await listening(createServer());
    const failures = await failing({ baseURL: url.replace('http:', 'https:') });
    expect(failures.map(({ recoverable }) => recoverable)).toEqual([false]);
    expect(causeOf(failures[0]?.error).code).toBe('tls-failed');
  });

  it('that is redirected goes nowhere, and names the host only', async () => {
    const { url, count } = await upgrading((_, socket) =>
      socket.end('HTTP/1.1 302 Found\r\nLocation: https://elsewhere.test/v1?token=secret\r\nContent-Length: 0\r\n\r\n'),
    );
    const failures = await failing({ baseURL: url });
    expect(failures).toMatchObject([{ recoverable: false, error: { statusCode: 302 } }]);
    expect(failures[0]?.error.message).toContain('elsewhere.test');
    expect(failures[0]?.error.message).not.toContain('secret');
    expect(count()).toBe(1);
  });

  it('with 429 is tried again when the server says so', async () => {
    const { url, count } = await upgrading((_, socket) =>
      socket.end('HTTP/1.1 429 Slow\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n'),
    );
    const { conversation, failures } = talkWith(at.open({ baseURL: url }));
    const waits = watch(at.clock);
    const stream = conversation.user('hello').ask();
    await waits(3_000);
    expect(count()).toBe(1);
    await at.clock.advance(3_000);
    await vi.waitUntil(() => count() === 2);
    stream.close();
    expect(failures[0]).toMatchObject({ recoverable: true, error: { statusCode: 429 } });
  });

  it('with a page of HTML in place of a reason is tried again, and the page is cut short', async () => {
    const page = `<html>${'x'.repeat(20_000)}</html>`;
    const { url } = await upgrading((_, socket) =>
      socket.end(`HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n${page}`),
    );
    const failures = await failing({ baseURL: url });
    expect(failures.map(({ recoverable }) => recoverable)).toEqual(again);
    expect(failures[0]?.error).toBeInstanceOf(APIStatusError);
    expect(failures[0]?.error.statusCode).toBe(502);
    expect(causeOf(failures[0]?.error).body?.length ?? 0).toBeLessThanOrEqual(8_192);
  });

  it('that is never answered ends on timeoutMs', async () => {
    const { url, count } = await upgrading(() => {});
    const { conversation, failures } = talkWith(at.open({ baseURL: url }));
    const stream = conversation.user('hello').ask();
    await vi.waitUntil(() => count() === 1);
    await at.clock.advance(4_000);
    await vi.waitUntil(() => failures.length === 1);
    stream.close();
    expect(failures[0]?.recoverable).toBe(true);
    expect(failures[0]?.error).toBeInstanceOf(APITimeoutError);
  });

  it.each(['interrupted', 'closed'])('under way, %s, leaves no socket, no error and no retry', async (how) => {
    let socket: Duplex | undefined;
    const { url, count } = await upgrading((_, dialled) => (socket = dialled));
    const { model, conversation, failures } = talkWith(at.open({ baseURL: url }));
    const stream = conversation.user('hello').ask();
    await vi.waitUntil(() => socket !== undefined);
    const gone = once(socket!, 'close');
    if (how === 'interrupted') stream.close();
    await model.aclose();
    await model.aclose();
    expect((await listen(stream)).text).toBe('');
    await gone;
    expect(failures).toEqual([]);
    expect(count()).toBe(1);
  });
});

describe('a socket that is lost', () => {
  it.each<[string, (socket: WebSocket) => void, boolean]>([
    ['without a word', (socket) => socket.terminate(), true],
    ['1000', (socket) => socket.close(1000), true],
    ['1001', (socket) => socket.close(1001), true],
    ['1011', (socket) => socket.close(1011), true],
    ['1012', (socket) => socket.close(1012), true],
    ['1013', (socket) => socket.close(1013), true],
    ['1002', (socket) => socket.close(1002), false],
    ['1003', (socket) => socket.close(1003), false],
    ['1007', (socket) => socket.close(1007), false],
    ['1008', (socket) => socket.close(1008, 'policy'), false],
    ['1009', (socket) => socket.close(1009), false],
    ['4000', (socket) => socket.close(4000, 'no'), false],
  ])('before the first word, %s', async (_, lose, retried) => {
    at.server.script = ({ socket }, turn) => (turn === 1 ? lose(socket) : reply(socket, 'r2', 'here'));
    const { conversation, failures } = talkWith(at.open());
    expect((await conversation.turn('hello')).text).toBe(retried ? 'here' : '');
    expect(failures.map(({ recoverable }) => recoverable)).toEqual([retried]);
  });

  it('after the first word is an error, and no retry', async () => {
    at.server.script = ({ socket }) => {
      say(socket, created('r1'), delta('so'));
      socket.close(1011);
    };
    const { conversation, failures } = talkWith(at.open());
    expect((await conversation.turn('hello')).text).toBe('so');
    expect(failures.map(({ recoverable }) => recoverable)).toEqual([false]);
    expect(at.server.asked).toHaveLength(1);
  });

  it('as soon as it is open, every time, is given up after maxRetry', async () => {
    at.server.script = () => {};
    const opened: number[] = [];
    const model = at.open();
    const failures = failuresOf(model);
    model.on('connection', ({ type }) => {
      if (type !== 'open') return;
      opened.push(1);
      at.server.sockets.at(-1)?.close(1011);
    });
    await new Conversation(model).turn('hello');
    expect(failures.map(({ recoverable }) => recoverable)).toEqual(again);
    expect(opened.length).toBeLessThanOrEqual(3);
  });
});

describe('a frame', () => {
  it('with words of an item that the response never began is passed over', async () => {
    const words = (item: string, place: number, text: string): object => ({
      ...delta(text),
      item_id: item,
      output_index: place,
    });
    at.server.script = ({ socket }) => {
      const item = { id: 'm1', type: 'message', role: 'assistant', content: [] };
      say(socket, created('r1'), { type: 'response.output_item.added', output_index: 0, item });
      say(socket, words('m1', 0, 'he'), words('m7', 7, 'of nothing'), words('renamed', 0, 're'), completed('r1'));
    };
    const { conversation, failures } = talkWith(at.open());
    expect((await conversation.turn('hello')).text).toBe('here');
    expect(failures).toEqual([]);
  });

  it('that is binary where text is expected is passed over', async () => {
    at.server.script = ({ socket }) => {
      socket.send(Buffer.from([1, 2, 3]));
      reply(socket, 'r1', 'here');
    };
    const { conversation, failures } = talkWith(at.open());
    expect((await conversation.turn('hello')).text).toBe('here');
    expect(failures).toEqual([]);
  });

  it.each([
    ['with reserved bits', Buffer.from([0xf1, 0x01, 0x41])],
    ['of text that is no UTF-8', Buffer.from([0x81, 0x02, 0xc3, 0x28])],
  ])('%s is one error per attempt, and never the end of the process', async (_, bytes) => {
    at.server.script = ({ socket }) => {
      (socket as unknown as { _socket: Socket })._socket.write(bytes);
    };
    const failures = await failing({});
    expect(failures.length).toBeGreaterThanOrEqual(1);
    expect(failures.length).toBeLessThanOrEqual(3);
    expect(failures.at(-1)?.recoverable).toBe(false);
  });

  it('that is huge is refused, typed', async () => {
    at.server.script = ({ socket }) => socket.send(`"${'x'.repeat(16 * 1_048_576)}"`);
    const failures = await failing({});
    expect(failures.map(({ recoverable }) => recoverable)).toEqual([false]);
    expect(causeOf(failures[0]?.error).code).toBe('message-too-large');
  });
});

describe('the last words of a response that was given up', () => {
  it('are not said before those of the next one on its socket', async () => {
    at.server.script = ({ socket }) => {
      say(socket, { ...delta('of nothing'), item_id: 'msg_before', output_index: 0 });
      say(socket, created('r1'), delta('here'), completed('r1'));
    };
    expect((await new Conversation(at.open()).turn('hello')).text).toBe('here');
  });
});

describe('a suspended machine', () => {
  it('does not use a socket that grew too old meanwhile', async () => {
    const conversation = new Conversation(at.open());
    await conversation.turn('one');
    await at.clock.advance(56 * 60_000);
    await conversation.turn('two');
    expect(at.server.asked.map(({ socketNumber }) => socketNumber)).toEqual([1, 2]);
  });

  it('an interrupted turn leaves no timer behind', async () => {
    at.server.script = ({ socket }) => say(socket, created('r1'), delta('so'));
    const model = at.open();
    const stream = new Conversation(model).user('hello').ask();
    await firstWords(stream);
    stream.close();
    await model.aclose();
    await vi.waitUntil(() => at.clock.pending === 0);
  });
});
