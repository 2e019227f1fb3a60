import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { afterEach, expect, it } from 'vitest';
import { chatter } from './__fixtures__/chatter.ts';
import { startHttpServer, type TestServer } from './__fixtures__/http-server.ts';
import { until } from './__fixtures__/until.ts';
import { requestJson } from './http-json.ts';

let server: TestServer | undefined;
afterEach(() => server?.close());

it('answers with the object that came', async () => {
  server = await startHttpServer((_request, response) => void response.end('{"text":"hello"}'));
  expect(await requestJson({ connection: chatter('transcriptions', server.url), timeoutMs: 1_000 })).toEqual({
    text: 'hello',
  });
});

it.each([
  ['{"error":{"message":"no such model"}}'],
  ['{"detail":{"error":{"message":"no such model"}}}'],
  ['{"detail":{"error":"no such model"}}'],
  ['{"detail":"no such model"}'],
])('tells why it was refused: %s', async (body) => {
  server = await startHttpServer((_request, response) => void response.writeHead(400).end(body));
  const asked = requestJson({ connection: chatter('transcriptions', server.url), timeoutMs: 1_000 });
  await expect(asked).rejects.toThrow(/ answered 400: no such model/);
});

it.each(['<html>', '[]', 'null', ''])('takes %j for no answer', async (body) => {
  server = await startHttpServer((_request, response) => void response.end(body));
  const asked = requestJson({ connection: chatter('transcriptions', server.url), timeoutMs: 1_000 });
  await expect(asked).rejects.toThrow(/something else than a JSON object/);
});

it('waits no longer than it was told, and an abort ends it at once', async () => {
  const runtime = createTestRuntime();
  const restore = installRuntime(runtime);
  server = await startHttpServer((_request, response) => void response.write('{'));
  const connection = chatter('transcriptions', server.url);
  const late = requestJson({ connection, timeoutMs: 5_000 });
  const expired = expect(late).rejects.toMatchObject({ name: 'APITimeoutError', retryable: true });
  await until(() => server?.received.length === 1);
  await runtime.clock.advance(5_000);
  await expired;
  const controller = new AbortController();
  const aborted = requestJson({ connection, timeoutMs: 5_000, signal: controller.signal });
  const ended = expect(aborted).rejects.toMatchObject({ retryable: false });
  await until(() => server?.received.length === 2);
  controller.abort();
  await ended;
  expect(runtime.clock.pending).toBe(0);
  restore();
});
