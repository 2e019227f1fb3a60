import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { APIConnectionError, APIStatusError, APITimeoutError } from '@livekit/agents';
import type { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RealtimeSession } from './realtime-session.ts';
import { begun, caughtUp, droppedBy, next, textsOf, useBench } from './__fixtures__/realtime-test.ts';

const bench = useBench();

const gates: Server[] = [];
const callers = new Set<Socket>();

afterEach(async () => {
  for (const socket of callers) socket.destroy();
  callers.clear();
  await Promise.all(gates.splice(0).map((gate) => new Promise((resolve) => gate.close(resolve))));
});

/** A base URL behind which something stands that is no service. */
async function behind(gate: Server): Promise<string> {
  gates.push(gate);
  gate.on('connection', (socket: Socket) => callers.add(socket.on('error', () => {})));
  gate.listen(0, '127.0.0.1');
  await once(gate, 'listening');
  return `http://127.0.0.1:${(gate.address() as AddressInfo).port}/v1`;
}

/** Answers each upgrade with a status, and remembers how many there were. */
async function refusing(head: string, body: string): Promise<{ baseURL: string; upgrades: () => number }> {
  let count = 0;
  const gate = createHttpServer();
  gate.on('upgrade', (_request, socket) => {
    count++;
    socket.end(`HTTP/1.1 ${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
  });
  return { baseURL: await behind(gate), upgrades: () => count };
}

const given = (): boolean => bench.errors.some(({ recoverable }) => !recoverable);

describe('a dial that fails', () => {
  test('by a reset in the handshake is retried, and the reason kept', async () => {
    const baseURL = await behind(createServer((socket: Socket) => socket.resetAndDestroy()));
    bench.open({ baseURL, connOptions: { maxRetry: 1 } });
    await bench.until(given);
    expect(bench.errors.map(({ recoverable }) => recoverable)).toEqual([true, false]);
    expect(bench.errors[1]!.error).toBeInstanceOf(APIConnectionError);
    expect(bench.errors[1]!.error.message).toMatch(/ECONNRESET|hang up/);
  });

  test('for a TLS that is none fails once and says so', async () => {
    const baseURL = await behind(createServer((socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    bench.open({ baseURL: baseURL.replace('http:', 'https:') });
    await bench.until(given);
    expect(bench.errors).toHaveLength(1);
    expect(bench.errors[0]!.error.message).toMatch(/TLS/);
  });

  test.each([
    ['403 Forbidden', 403],
    ['404 Not Found', 404],
  ])('with %s fails once', async (head, statusCode) => {
    const { baseURL, upgrades } = await refusing(head, 'no');
    bench.open({ baseURL });
    await bench.until(given);
    expect(bench.errors).toMatchObject([{ recoverable: false, error: { statusCode, retryable: false } }]);
    expect(upgrades()).toBe(1);
  });

  test('with 429 waits as long as it was told to', async () => {
    const { baseURL, upgrades } = await refusing('429 Too Many Requests\r\nRetry-After: 3', 'slow down');
    bench.open({ baseURL });
    await bench.until(() => bench.errors.length > 0);
    expect(bench.errors[0]).toMatchObject({ recoverable: true, error: { statusCode: 429 } });
    await bench.clock.advance(2_500);
    expect(upgrades()).toBe(1);
    await bench.until(() => upgrades() === 2);
  });

  test('with the page of a gateway is retried, and the page is not all of the message', async () => {
    const { baseURL } = await refusing('502 Bad Gateway', `<html>${'gateway '.repeat(2_000)}</html>`);
    bench.open({ baseURL, connOptions: { maxRetry: 1 } });
    await bench.until(given);
    expect(bench.errors[0]).toMatchObject({ recoverable: true });
    expect(bench.errors[0]!.error).toBeInstanceOf(APIStatusError);
    expect(bench.errors[0]!.error).toMatchObject({ statusCode: 502 });
    expect(bench.errors[0]!.error.message.length).toBeLessThan(1_000);
  });

  test('with a redirect does not take the key there, and names the host only', async () => {
    const elsewhere = 'Location: https://elsewhere.example.com/v1/realtime?token=secret-token-1';
    const { baseURL, upgrades } = await refusing(`302 Found\r\n${elsewhere}`, '');
    bench.open({ baseURL });
    await bench.until(given);
    expect(bench.errors).toHaveLength(1);
    expect(bench.errors[0]!.error.message).toContain('elsewhere.example.com');
    expect(bench.errors[0]!.error.message).not.toContain('secret-token-1');
    expect(upgrades()).toBe(1);
  });

  test('because nobody answers is a timeout after timeoutMs, and the socket is gone', async () => {
    const sockets: Socket[] = [];
    const baseURL = await behind(createServer((socket) => void sockets.push(socket.on('error', () => {}).resume())));
    bench.open({ baseURL, connOptions: { timeoutMs: 2_000, maxRetry: 0 } });
    await bench.until(() => sockets.length === 1);
    await bench.until(given);
    expect(bench.errors[0]!.error).toBeInstanceOf(APITimeoutError);
    await vi.waitFor(() => expect(sockets[0]!.closed).toBe(true));
  });
});

describe('a socket that is silent', () => {
  test('from the first moment is replaced', async () => {
    await bench.serve({ greeting: false, confirms: false });
    bench.open();
    await (await bench.service.line()).event('session.update');
    await bench.until(() => bench.service.lines.length === 2);
    expect(bench.errors[0]).toMatchObject({ recoverable: true });
    expect(bench.errors[0]!.error).toBeInstanceOf(APITimeoutError);
  });

  test('in the middle of a reply ends the reply, is replaced, and does not stand in the way of a rotation', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const created = begun(session, line);
    line.speak('r1', 'm1', 'I was about to');
    const event = await created;
    await bench.until(() => bench.service.lines.length === 2);
    expect(await textsOf(event)).toEqual(['I was about to']);
    expect((await (await bench.service.line(2)).event('conversation.item.create')).item.id).toBe('m1');
    expect(bench.errors).toMatchObject([{ recoverable: true }]);
  });
});

describe('a socket that answers pings and nothing else', () => {
  /** Speaks for so long, loudly. */
  async function speak(session: RealtimeSession, milliseconds: number): Promise<void> {
    for (let at = 0; at < milliseconds; at += 100) {
      session.pushAudio(new AudioFrame(new Int16Array(2_400).fill(8_000), 24_000, 1, 2_400));
      await bench.clock.advance(100);
    }
  }

  test('while the caller speaks is found out, and the next one hears him from his first word', async () => {
    await bench.serve({ confirms: false });
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    await speak(session, 3_600);
    await line.event('session.update', 2);
    await bench.until(() => bench.service.lines.length === 2);
    const next = await bench.service.line(2);
    await next.event('input_audio_buffer.append', 36);
    expect(bench.errors).toMatchObject([
      { recoverable: true, error: { message: expect.stringContaining('sign of life') as string } },
    ]);
  });

  test('is not taken for one that answers, which is asked ever more rarely', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await speak(session, 60_000);
    expect(line.all('session.update').length).toBeGreaterThan(2);
    expect(line.all('session.update').length).toBeLessThan(7);
    expect([bench.service.lines.length, bench.errors]).toEqual([1, []]);
  });
});

describe('a close that nobody asked for', () => {
  test.each([1000, 1005, 1006, 1011, 1012, 1013])('with %d is followed by another socket', async (code) => {
    bench.open();
    const line = await bench.healthy();
    if (code === 1006) line.socket.terminate();
    else if (code === 1005) line.socket.close();
    else line.socket.close(code, 'restart');
    await bench.until(() => bench.service.lines.length === 2);
    expect(bench.errors).toMatchObject([{ recoverable: true }]);
  });

  test.each([1002, 1003, 1007, 1008, 1009, 4000, 4999])('with %d is the end, with code and reason', async (code) => {
    bench.open();
    const line = await bench.healthy();
    line.socket.close(code, 'policy of sk-test-key');
    await bench.until(given);
    expect(bench.errors).toHaveLength(1);
    expect(bench.errors[0]!.error.message).toMatch(`${code}`);
    expect(bench.errors[0]!.error.message).toMatch(/policy of/);
    expect(bench.errors[0]!.error.message).not.toContain('sk-test-key');
    expect(bench.service.lines).toHaveLength(1);
  });
});

describe('frames that are none', () => {
  test('that nobody can read, eight in a row, cost the socket and an attempt, not the session: the next one is told everything', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    line.add({ id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Remember Ada.' }] });
    await vi.waitFor(() => expect(session.chatCtx.items).toHaveLength(1));
    for (let count = 0; count < 7; count++) line.socket.send('{');
    line.send({ type: 'rate_limits.updated', rate_limits: [] });
    await next(session, 'rate_limits_updated');
    for (const text of ['{', 'null', '42', '[]', '{"type":7}', '', '<html>', '{']) line.socket.send(text);
    const second = await bench.replacement();
    expect((await second.event('conversation.item.create')).item.content[0].text).toBe('Remember Ada.');
    expect(bench.errors).toMatchObject([{ recoverable: true, error: { cause: { code: 'protocol-violation' } } }]);
    const asked = session.generateReply();
    second.created('r1', await second.event('response.create'));
    await expect(asked).resolves.toMatchObject({ responseId: 'r1' });
  });

  test('that nobody can read, from every socket, end the session, with the reason', async () => {
    bench.open({ connOptions: { maxRetry: 1 } });
    for (const count of [1, 2]) {
      await bench.until(() => bench.service.lines.length === count);
      const line = await bench.service.line(count);
      await line.event('session.update');
      for (let frame = 0; frame < 8; frame++) line.socket.send('<html>');
    }
    await bench.until(given);
    expect(bench.errors.map(({ recoverable }) => recoverable)).toEqual([true, false]);
    expect(bench.errors[1]!.error.cause).toMatchObject({
      code: 'budget-spent',
      cause: { code: 'protocol-violation', message: expect.stringContaining('8 frames in a row') as string },
    });
  });

  test.each([
    ['reserved bits', Buffer.from([0xf1, 0x01, 0x41])],
    ['text that is not UTF-8', Buffer.from([0x81, 0x02, 0xc3, 0x28])],
  ])('with %s: one error, no crash', async (_name, bytes) => {
    bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    line.request.socket.write(bytes);
    await bench.until(() => bench.errors.length > 0);
    expect(bench.errors).toHaveLength(1);
    expect(bench.errors[0]!.error).toBeInstanceOf(Error);
  });

  test('beyond 16 MiB end it with a typed error', async () => {
    bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    line.socket.on('error', () => {});
    line.socket.send('x'.repeat(16 * 1024 * 1024 + 1));
    await bench.until(given);
    expect(bench.errors[0]!.error.cause).toMatchObject({ code: 'message-too-large', closeCode: 1009 });
  });
});

test('events that come twice, too late or for nobody change nothing', async () => {
  const session = bench.open();
  const line = await bench.service.line();
  const generations: string[] = [];
  session.on('generation_created', ({ responseId }: llm.GenerationCreatedEvent) => generations.push(responseId!));
  const metrics = vi.fn();
  session.on('metrics_collected', metrics);
  const created = begun(session, line);
  const event = await created;
  line.speak('r1', 'm1', 'one ');
  line.send({ type: 'response.output_audio_transcript.delta', response_id: 'r-nobody', item_id: 'm9', delta: 'lost' });
  line.send({ type: 'response.output_item.added', response_id: 'r1', item: { id: 'm1', type: 'message' } });
  line.send({ type: 'response.output_audio_transcript.delta', response_id: 'r1', item_id: 'm1', delta: 'two' });
  line.done('r1');
  line.done('r1');
  line.done('r-nobody');
  line.send({ type: 'response.output_audio_transcript.delta', response_id: 'r1', item_id: 'm1', delta: ' three' });
  line.send({ type: 'conversation.item.deleted', item_id: 'nobody' });
  await caughtUp(session, line);
  expect(await textsOf(event)).toEqual(['one two']);
  expect(generations).toEqual(['r1']);
  expect(metrics).toHaveBeenCalledTimes(1);
  expect(bench.errors).toEqual([]);
});

test('a service that stops reading costs the oldest audio, and no memory', async () => {
  const session = bench.open();
  const droppedMs = droppedBy(session);
  const line = await bench.service.line();
  await line.event('session.update');
  line.socket.pause();
  const minute = 60 * 24_000;
  const frame = new AudioFrame(new Int16Array(minute), 24_000, 1, minute);
  for (let count = 0; count < 10; count++) {
    session.pushAudio(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(droppedMs()).toBeGreaterThan(5 * 60_000));
  line.socket.resume();
});
