import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, llm } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { endpoint, resolveConnection } from '@patchbay/ws-url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { read } from './__fixtures__/parrot.ts';
import { turns as settled } from './__fixtures__/until.ts';
import { createFetch } from './fetch.ts';
import { RequestLLM } from './request-llm.ts';
import type { Reply } from './request-llm-reply.ts';
import { RequestLLMStream, type RequestLLMStreamOptions } from './request-llm-stream.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** The parrot over HTTP: one message per line. */
class HttpParrot extends RequestLLM {
  readonly fetch: typeof fetch;

  constructor(baseURL: string) {
    const connection = resolveConnection(
      endpoint({
        provider: 'parrot',
        capability: 'responses-http',
        base: 'https://parrot.test',
        path: '/talk',
        auth: { header: 'Authorization', scheme: 'Bearer' },
        model: { in: 'body' },
      }),
      { baseURL, apiKey: 'cracker' },
    );
    super({ label: 'parrot.LLM', connection, model: 'macaw' });
    this.fetch = createFetch({ connection });
  }

  override chat(options: RequestLLMStreamOptions): llm.LLMStream {
    return new HttpParrotStream(this, options);
  }
}

class HttpParrotStream extends RequestLLMStream {
  readonly #parrot: HttpParrot;

  constructor(parrot: HttpParrot, options: RequestLLMStreamOptions) {
    super(parrot, options);
    this.#parrot = parrot;
  }

  protected override attempt(reply: Reply, signal: AbortSignal): Promise<void> {
    return this.stream<string>(
      {
        open: async (aborted) => {
          const response = await this.#parrot.fetch('https://parrot.test', {
            method: 'POST',
            body: '{}',
            signal: aborted,
          });
          return lines(response);
        },
        receive: (line) => read(line, reply),
      },
      signal,
    );
  }
}

async function* lines(response: Response): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of response.body as AsyncIterable<Uint8Array>) {
    const parts = (rest + Buffer.from(piece).toString()).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

let clock: ManualClock;
let restore: () => void;
let server: Server;
let model: HttpParrot;
let answer: (response: ServerResponse, turn: number, request: IncomingMessage) => void;
let turns: number;
const connections = new Set<unknown>();

beforeEach(async () => {
  const runtime = createTestRuntime();
  clock = runtime.clock;
  restore = installRuntime(runtime);
  turns = 0;
  connections.clear();
  server = createServer((request, response) => {
    connections.add(request.socket);
    answer(response, ++turns, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  model = new HttpParrot(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await model.aclose();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  restore();
  await vi.waitUntil(() => clock.pending === 0);
});

const say = (response: ServerResponse, ...messages: object[]): void => {
  for (const message of messages) response.write(`${JSON.stringify(message)}\n`);
};

function ask(): llm.LLMStream {
  return model.chat({
    chatCtx: llm.ChatContext.empty(),
    connOptions: { maxRetry: 2, retryIntervalMs: 0, timeoutMs: 4_000 },
  });
}

async function listen(stream: llm.LLMStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.delta?.content ?? '';
  return text;
}

function errors(): { error: Error; recoverable: boolean }[] {
  const heard: { error: Error; recoverable: boolean }[] = [];
  model.on('error', (event) => heard.push(event));
  return heard;
}

describe('a reply over HTTP', () => {
  it('is delivered as it comes, and leaves its connection to the next', async () => {
    answer = (response) => {
      say(response, { word: 'hel' }, { word: 'lo' }, { end: 1 });
      response.end('and a rest\n');
    };
    expect(await listen(ask())).toBe('hello');
    await vi.waitUntil(() => clock.pending === 0);
    expect(await listen(ask())).toBe('hello');
    expect(connections.size).toBe(1);
  });

  it('is over when it says so, however long the body stays open', async () => {
    let closed = false;
    answer = (response) => {
      say(response, { word: 'hello' }, { end: 1 });
      response.once('close', () => (closed = true));
    };
    expect(await listen(ask())).toBe('hello');
    expect(closed).toBe(false);
    await clock.advance(1_000);
    await vi.waitUntil(() => closed);
  });

  it('is asked again while nothing was delivered', async () => {
    answer = (response, turn) => {
      if (turn === 1) response.writeHead(503).end();
      else if (turn === 2) response.end('');
      else
        say(
          response.on('finish', () => {}),
          { word: 'hello' },
          { end: 1 },
        );
    };
    const failures = errors();
    expect(await listen(ask())).toBe('hello');
    expect(failures).toMatchObject([
      { recoverable: true, error: { statusCode: 503 } },
      { recoverable: true, error: { name: 'APIConnectionError' } },
    ]);
  });

  it('is not asked again once a word was delivered', async () => {
    answer = (response) => {
      say(response, { word: 'he' });
      setImmediate(() => response.destroy());
    };
    const failures = errors();
    expect(await listen(ask())).toBe('he');
    expect(failures).toMatchObject([{ recoverable: false }]);
    expect(turns).toBe(1);
  });

  it('that does not start is a timeout, and is asked again', async () => {
    answer = (response, turn) => {
      if (turn === 2) response.writeHead(200).flushHeaders();
      if (turn === 3) say(response, { word: 'hello' }, { end: 1 });
    };
    const failures = errors();
    const heard = listen(ask());
    for (const turn of [1, 2]) {
      await vi.waitUntil(() => turns === turn);
      await clock.advance(4_000);
    }
    expect(await heard).toBe('hello');
    expect(failures).toMatchObject([
      { recoverable: true, error: { name: 'APITimeoutError' } },
      { recoverable: true, error: { name: 'APITimeoutError' } },
    ]);
  });

  it('that stops is a timeout, and ends the request', async () => {
    let closed = false;
    answer = (response) => {
      say(response, { word: 'he' });
      response.once('close', () => (closed = true));
    };
    const failures = errors();
    const stream = ask();
    await stream.next();
    await clock.advance(4_000);
    expect((await stream.next()).done).toBe(true);
    expect(failures).toMatchObject([{ recoverable: false, error: { name: 'APITimeoutError' } }]);
    await vi.waitUntil(() => closed);
  });

  it.each([
    ['says that it failed', 200, '{"later":0}\n', /later/],
    ['is not in the language', 200, '{{{\n', /JSON/],
    ['has no content', 204, '', /./],
  ])('that %s is one typed error, and does not end the process', async (_what, status, text, message) => {
    answer = (response) => void response.writeHead(status).end(text);
    const failures = errors();
    const uncaught: unknown[] = [];
    const note = (reason: unknown): void => void uncaught.push(reason);
    process.on('uncaughtException', note).on('unhandledRejection', note);
    const stream = model.chat({
      chatCtx: llm.ChatContext.empty(),
      connOptions: { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 4_000 },
    });
    expect(await listen(stream)).toBe('');
    await settled();
    process.off('uncaughtException', note).off('unhandledRejection', note);
    expect(uncaught).toEqual([]);
    expect(failures).toHaveLength(1);
    expect(failures[0]!.error.message).toMatch(message);
  });

  it('that is interrupted ends the request, quietly', async () => {
    let closed = false;
    answer = (response) => {
      say(response, { word: 'once' });
      response.once('close', () => (closed = true));
    };
    const failures = errors();
    const stream = ask();
    await stream.next();
    stream.close();
    expect((await stream.next()).done).toBe(true);
    await vi.waitUntil(() => closed);
    expect(failures).toEqual([]);
  });
});
