import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { APIConnectionError, APIStatusError, APITimeoutError, initializeLogger, llm } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { ParrotLLM, ParrotServer, say } from './__fixtures__/parrot.ts';

initializeLogger({ pretty: false, level: 'silent' });

let clock: ManualClock;
let timers: MockInstance<ManualClock['setTimer']>;
let restore: () => void;
let server: ParrotServer;
let model: ParrotLLM;

beforeEach(async () => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  timers = vi.spyOn(clock, 'setTimer');
  restore = installRuntime(runtime);
  server = await ParrotServer.start();
  model = new ParrotLLM(server.url);
});

afterEach(async () => {
  await model.aclose();
  await server.stop();
  restore();
  // A dropped socket says goodbye for a moment longer.
  await vi.waitUntil(() => clock.pending === 0);
});

const connOptions = { maxRetry: 2, retryIntervalMs: 0, timeoutMs: 4_000 };

function ask(overrides: Partial<typeof connOptions> = {}): llm.LLMStream {
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'speak' });
  return model.chat({ chatCtx, connOptions: { ...connOptions, ...overrides } });
}

interface Heard {
  text: string;
  calls: llm.FunctionCall[];
  usages: number;
}

async function listen(stream: llm.LLMStream): Promise<Heard> {
  const heard: Heard = { text: '', calls: [], usages: 0 };
  for await (const chunk of stream) {
    heard.text += chunk.delta?.content ?? '';
    heard.calls.push(...(chunk.delta?.toolCalls ?? []));
    if (chunk.usage) heard.usages++;
  }
  return heard;
}

/** Resolves when something begins to wait for this long. */
async function waits(ms: number): Promise<void> {
  await vi.waitUntil(() => timers.mock.calls.some(([, delayMs]) => delayMs === ms));
}

function errors(): { error: Error; recoverable: boolean }[] {
  const heard: { error: Error; recoverable: boolean }[] = [];
  model.on('error', (event) => heard.push(event));
  return heard;
}

describe('RequestLLM', () => {
  it('delivers words, calls and one count, and reuses the socket', async () => {
    server.answer = (socket) =>
      say(socket, { word: 'a ' }, { word: 'b' }, { call: 'c1' }, { count: 7 }, { count: 7 }, { end: 1 });
    const first = await listen(ask());
    expect(first).toMatchObject({ text: 'a b', usages: 1 });
    expect(first.calls).toMatchObject([{ callId: 'c1', name: 'squawk', args: '{}' }]);
    await listen(ask());
    expect(server.turns).toBe(2);
    expect(server.upgrades).toHaveLength(1);
    expect(server.upgrades[0]?.headers.authorization).toBe('Bearer cracker');
  });

  it('names label, model and host', () => {
    expect([model.label(), model.model, model.provider]).toEqual(['parrot.LLM', 'macaw', new URL(server.url).host]);
  });

  it('emits metrics once per stream, and no error', async () => {
    const metrics = vi.fn();
    model.on('metrics_collected', metrics);
    const failures = errors();
    await listen(ask());
    expect(metrics).toHaveBeenCalledTimes(1);
    expect(failures).toEqual([]);
  });

  it('tells what the connection does', async () => {
    const types: string[] = [];
    model.on('connection', (event) => types.push(event.type));
    await listen(ask());
    expect(types).toEqual(['connecting', 'open']);
  });

  it('opens the socket of the first turn ahead when prewarmed', async () => {
    const opened = vi.waitUntil(() => server.upgrades.length === 1);
    model.prewarm();
    await opened;
    await listen(ask());
    expect(server.upgrades).toHaveLength(1);
  });
});

describe('a reply that fails', () => {
  it('is asked again while nothing was delivered, each time from nothing', async () => {
    server.answer = (socket, turn) => {
      if (turn > 1) return say(socket, { word: 'hello' }, { count: 2 }, { end: 1 });
      say(socket, { count: 1 });
      socket.terminate();
    };
    const failures = errors();
    expect(await listen(ask())).toMatchObject({ text: 'hello', usages: 2 });
    expect(failures).toMatchObject([{ recoverable: true }]);
    expect(failures[0]?.error).toBeInstanceOf(APIConnectionError);
  });

  it('is not asked again once a word was delivered', async () => {
    server.answer = (socket) => (say(socket, { word: 'he' }), socket.terminate());
    const failures = errors();
    expect(await listen(ask())).toMatchObject({ text: 'he' });
    expect(failures).toMatchObject([{ recoverable: false, error: { retryable: false } }]);
    expect(server.turns).toBe(1);
  });

  it('is not asked again once a call was delivered', async () => {
    server.answer = (socket) => (say(socket, { call: 'c1' }), socket.terminate());
    const failures = errors();
    await listen(ask());
    expect(failures).toMatchObject([{ recoverable: false }]);
    expect(server.turns).toBe(1);
  });

  it('ends empty, without a retry, where nobody listens for errors', async () => {
    server.answer = (socket) => socket.terminate();
    expect(await listen(ask())).toMatchObject({ text: '' });
    expect(server.turns).toBe(1);
  });

  it('is given up after maxRetry', async () => {
    server.answer = (socket) => socket.terminate();
    const failures = errors();
    await listen(ask());
    expect(failures.map((failure) => failure.recoverable)).toEqual([true, true, false]);
    expect(server.turns).toBe(3);
  });

  it('whose upgrade was refused keeps the status and is not tried again', async () => {
    await server.stop();
    server = await ParrotServer.start(() => 401);
    model = new ParrotLLM(server.url);
    const failures = errors();
    await listen(ask());
    expect(failures).toHaveLength(1);
    expect(failures[0]?.error).toBeInstanceOf(APIStatusError);
    expect(failures[0]).toMatchObject({ recoverable: false, error: { statusCode: 401 } });
  });

  it('is asked again only when the server wants it', async () => {
    server.answer = (socket, turn) => {
      if (turn === 1) say(socket, { later: 3_000 });
      else say(socket, { word: 'now' }, { end: 1 });
    };
    errors();
    const heard = listen(ask());
    await waits(3_000);
    await clock.advance(2_999);
    expect(server.turns).toBe(1);
    await clock.advance(1);
    expect(await heard).toMatchObject({ text: 'now' });
  });

  it('is given up when the server wants more time than a caller has', async () => {
    server.answer = (socket) => say(socket, { later: 30_000 });
    const failures = errors();
    await listen(ask());
    expect(failures).toMatchObject([{ recoverable: false, error: { statusCode: 429 } }]);
    expect(server.turns).toBe(1);
  });
});

describe('silence', () => {
  it('before the first word is a timeout, and is asked again', async () => {
    server.answer = (socket, turn) => {
      if (turn > 1) say(socket, { word: 'hello' }, { end: 1 });
    };
    const failures = errors();
    const heard = listen(ask());
    await vi.waitUntil(() => server.turns === 1);
    await clock.advance(4_000);
    expect(await heard).toMatchObject({ text: 'hello' });
    expect(failures[0]?.error).toBeInstanceOf(APITimeoutError);
    expect(server.upgrades).toHaveLength(2);
  });

  it('after a word is a timeout, and is not asked again', async () => {
    server.answer = (socket) => say(socket, { word: 'he' });
    const failures = errors();
    const stream = ask();
    await stream.next();
    await clock.advance(4_000);
    expect((await stream.next()).done).toBe(true);
    expect(failures).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError' } }]);
    expect(server.turns).toBe(1);
  });

  it('may last as long as the protocol allows', async () => {
    model = new ParrotLLM(server.url, { patienceMs: 60_000 });
    server.answer = (socket) => {
      say(socket, { word: 'wait ' });
      clock.setTimer(() => say(socket, { word: 'for it' }, { end: 1 }), 30_000);
    };
    const failures = errors();
    const heard = listen(ask());
    await waits(60_000);
    await clock.advance(30_000);
    expect(await heard).toMatchObject({ text: 'wait for it' });
    expect(failures).toEqual([]);
  });

  it('of the upgrade is bounded by the same time', async () => {
    const deaf = createServer(() => {}).listen(0, '127.0.0.1');
    const dialled = once(deaf, 'upgrade');
    await once(deaf, 'listening');
    model = new ParrotLLM(`http://127.0.0.1:${(deaf.address() as AddressInfo).port}`);
    const failures = errors();
    const heard = listen(ask({ maxRetry: 0 }));
    await dialled;
    await clock.advance(3_999);
    expect(failures).toEqual([]);
    await clock.advance(1);
    await heard;
    expect(failures).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError' } }]);
    deaf.closeAllConnections();
    deaf.close();
  });
});

describe('an interruption', () => {
  it('drops the socket, says nothing, and has the next one ready', async () => {
    server.answer = (socket) => say(socket, { word: 'once upon a time' });
    const failures = errors();
    const metrics = once(model, 'metrics_collected');
    const stream = ask();
    expect((await stream.next()).value).toMatchObject({ delta: { content: 'once upon a time' } });
    const dropped = once(server.sockets[0]!, 'close');
    stream.close();
    await dropped;
    expect((await stream.next()).done).toBe(true);
    expect((await metrics)[0]).toMatchObject({ cancelled: true });
    await vi.waitUntil(() => server.upgrades.length === 2);

    server.answer = (socket) => say(socket, { word: 'yes?' }, { end: 1 });
    expect(await listen(ask())).toMatchObject({ text: 'yes?' });
    expect(server.upgrades).toHaveLength(2);
    expect(failures).toEqual([]);
  });

  it('before the request was sent leaves nothing behind', async () => {
    const failures = errors();
    const stream = ask();
    stream.close();
    expect(await listen(stream)).toMatchObject({ text: '' });
    await clock.advance(10_000);
    expect(server.turns).toBe(0);
    expect(failures).toEqual([]);
  });

  it('while waiting for the next attempt ends the waiting', async () => {
    server.answer = (socket) => say(socket, { later: 3_000 });
    const failed = once(model, 'error');
    const stream = ask();
    const heard = listen(stream);
    await failed;
    stream.close();
    expect(await heard).toMatchObject({ text: '' });
    expect(server.turns).toBe(1);
  });
});

describe('aclose', () => {
  it('ends replies and sockets, quietly and as often as you like', async () => {
    server.answer = (socket) => say(socket, { word: 'once' });
    const failures = errors();
    const stream = ask();
    await stream.next();
    await Promise.all([model.aclose(), model.close()]);
    await model.aclose();
    expect((await stream.next()).done).toBe(true);
    await vi.waitUntil(() => server.open === 0);
    expect(failures).toEqual([]);
  });

  it('leaves nothing to ask afterwards', async () => {
    await model.aclose();
    const failures = errors();
    await listen(ask());
    expect(failures).toMatchObject([{ recoverable: false }]);
    expect(server.upgrades).toHaveLength(0);
  });

  it('ends a reply between two attempts', async () => {
    server.answer = (socket) => socket.terminate();
    const failures = errors();
    const failed = once(model, 'error');
    const heard = listen(ask());
    await failed;
    await model.aclose();
    expect(await heard).toMatchObject({ text: '' });
    expect(failures).toMatchObject([{ recoverable: true }]);
    expect(server.turns).toBe(1);
  });
});
