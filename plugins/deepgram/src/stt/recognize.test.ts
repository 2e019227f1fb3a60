import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { APIError, initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { hear } from '@patchbay/conformance/testing';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { STT } from './stt.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const apiKey = 'q7Zr83jk/w9+PxTt5Vd0w=';
const frame = new AudioFrame(new Int16Array(1_600), 16_000, 1, 1_600);

async function ask(answer: (response: ServerResponse) => void): Promise<{ model: STT; asked: () => number }> {
  let count = 0;
  const server = createServer((request, response) => {
    count++;
    request.resume().on('end', () => answer(response));
  });
  server.on('upgrade', (_request, socket) => {
    const head = ['HTTP/1.1 400 Bad Request', 'dg-request-id: req-7', 'connection: close', '', refusal];
    socket.end(head.join('\r\n'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const model = new STT({ apiKey, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  onTestFinished(async () => {
    await model.close();
    server.closeAllConnections();
    server.close();
  });
  return { model, asked: () => count };
}

const refusal = JSON.stringify({ err_code: 'Bad Request', err_msg: `no such key: ${apiKey}`, request_id: 'req-7' });
const told = { name: 'APIStatusError', statusCode: 400, requestId: 'req-7', body: { code: 'Bad Request' } };

it('a refusal says what Deepgram said, with the id of the request and without the key', async () => {
  const { model } = await ask((response) => {
    response.writeHead(400, { 'dg-request-id': 'req-7', 'content-type': 'application/json' }).end(refusal);
  });
  const error = await model.recognize(frame).catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ ...told, message: expect.stringMatching(/answered 400: no such key: \[redacted\]/) });
  const hearing = hear(model);
  await hearing.ended;
  const [{ error: refused }] = hearing.errors as [(typeof hearing.errors)[0]];
  expect(refused).toMatchObject({ ...told, message: expect.stringMatching(/HTTP 400 .*: no such key: \[redacted\]/) });
  expect(JSON.stringify([error, refused])).not.toContain(apiKey);
});

it.each([{ request_id: 'cb' }, { error: { message: 'overloaded' } }, { results: {} }])(
  'an answer that is no transcript is an error: %j',
  async (answer) => {
    const { model } = await ask((response) => response.end(JSON.stringify(answer)));
    const error = await model.recognize(frame).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining('without a transcript') });
  },
);

it('no audio at all is an error, and nobody is asked', async () => {
  const { model, asked } = await ask((response) => response.end('{}'));
  await expect(model.recognize([])).rejects.toMatchObject({ message: 'there is no audio to write down' });
  await expect(model.recognize([])).rejects.toBeInstanceOf(APIError);
  expect(asked()).toBe(0);
});

it('close() ends a request that is under way', async () => {
  let arrived!: () => void;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const { model, asked } = await ask(() => arrived());
  const ended = expect(model.recognize(frame)).rejects.toMatchObject({
    retryable: false,
    message: expect.stringContaining('aborted'),
  });
  await arrival;
  await model.close();
  await ended;
  await expect(model.recognize(frame)).rejects.toBeInstanceOf(APIError);
  expect(asked()).toBe(1);
});
