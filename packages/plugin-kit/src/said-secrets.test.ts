import { inspect } from 'node:util';
import { initializeLogger, log } from '@livekit/agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chatter } from './__fixtures__/chatter.ts';
import { soloist } from './__fixtures__/chatter-tts.ts';
import type { EarSocket } from './__fixtures__/ear-server.ts';
import { startHttpServer, type TestServer } from './__fixtures__/http-server.ts';
import { hears, note, recite, useReciting } from './__fixtures__/reciting.ts';
import { turns, until } from './__fixtures__/until.ts';
import { providerError } from './errors.ts';
import { sendHttp } from './http-request.ts';
import { Reply } from './request-llm-reply.ts';
import { logger } from './logging.ts';
import { decodeJson } from './json-message.ts';

// No telltale beginning, and what JSON, HTML and URLs escape.
const key = 'q7Zr83jk/w9+PxTt5Vd0w=';
const connection = chatter('voice', 'https://chatter.example', { apiKey: key });
const everything = (value: unknown): string => inspect(value, { depth: 9, showHidden: true }) + JSON.stringify(value);

let server: TestServer | undefined;
afterEach(() => server?.close());

describe('a service that repeats the key is not quoted', () => {
  it('in the code of an error, nor anywhere else in it', () => {
    const error = providerError(connection, `no ${key}`, { providerCode: key, requestId: key, body: key, status: 400 });
    expect(error).toMatchObject({ code: 'provider-error', message: 'no [redacted]', hop: 'provider', status: 400 });
    expect(error.providerCode).toBe('[redacted]');
    expect(everything(error)).not.toContain(key);
  });

  it('in what is logged', () => {
    initializeLogger({ pretty: false, level: 'silent' });
    const warn = vi.spyOn(log(), 'warn');
    logger(connection)?.warn({ code: key, reasons: [`no ${key}`], error: new Error(key), count: 1 }, 'said');
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]![0]).toMatchObject({ code: '[redacted]', reasons: ['no [redacted]'], count: 1 });
    expect(everything(warn.mock.calls)).not.toContain(key);
    warn.mockRestore();
  });

  it('in the complaint about a frame that is not JSON', () => {
    expect(() => decodeJson(`{"${key}`)).toThrow(new SyntaxError('it is not JSON'));
  });

  it('as the request id of an answer that is fine', async () => {
    server = await startHttpServer((_request, response) => void response.writeHead(200, { 'x-request-id': key }).end());
    const { signal } = new AbortController();
    const response = await sendHttp({ connection: chatter('speech', server.url, { apiKey: key }), signal });
    expect(response.requestId).toBe('[redacted]');
  });
});

describe('a reply', () => {
  it('carries no key that the service calls it by', () => {
    const put = vi.fn();
    const reply = new Reply({ put }, new AbortController().signal, (text) => connection.scrub(text));
    for (const id of [key, key, 'chatcmpl-1']) {
      reply.text(id, key);
      reply.flush();
    }
    // Words of the conversation are nobody's business.
    expect(put.mock.calls.map(([chunk]) => [chunk.id, chunk.delta.content])).toEqual([
      ['[redacted]', key],
      ['[redacted]', key],
      ['chatcmpl-1', key],
    ]);
  });
});

describe('speech', () => {
  const room = useReciting();
  const secretive = { connect: { apiKey: key } };

  it('carries no key that the service calls its connection by', async () => {
    const greet = (socket: EarSocket): void => socket.send({ type: 'hello', id: key });
    const stage = await room.open({ ...secretive, wire: soloist }, { greet });
    stage.model.prewarm();
    await until(() => stage.connection.some(({ type }) => type === 'open'));
    await turns();
    const recital = recite(stage, 'one');
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    mouth.socket.send(note(1));
    mouth.send({ type: 'said' });
    await recital.over;
    expect(recital.frames[0]?.requestId).toBe('[redacted]');
    expect(everything(recital.frames)).not.toContain(key);
  });

  it('fails without the key that the service names in its error', async () => {
    const stage = await room.open({ ...secretive, wire: soloist });
    const recital = recite(stage, 'one', { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 10_000 });
    const mouth = await room.server.socket(0);
    await hears(mouth, 'one', '<amen>');
    mouth.send({ type: 'failed', text: `no ${key}` });
    await until(() => stage.errors.length === 1);
    await recital.over;
    expect(stage.errors).toMatchObject([{ error: { message: 'no [redacted]' } }]);
    expect(everything(stage.errors)).not.toContain(key);
  });
});
