import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { hear, until } from '@patchbay/conformance/testing';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { STT } from './stt.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const rate = 16_000;
const original = (text: string, startMs: number): object => ({
  ...{ text, start_ms: startMs, end_ms: startMs + 400, is_final: true },
  ...{ translation_status: 'original', language: 'en' },
});
const translation = (text: string): object => ({
  ...{ text, is_final: true },
  ...{ translation_status: 'translation', language: 'es' },
});

it('what was final and not translated when the connection broke is heard again, and lost by nobody', async () => {
  const runtime = createTestRuntime();
  onTestFinished(installRuntime(runtime));
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const sockets: { socket: WebSocket; heardMs: number }[] = [];
  server.on('connection', (socket) => {
    const heard = { socket, heardMs: 0 };
    sockets.push(heard);
    socket.on('message', (data: Buffer, isBinary) => (heard.heardMs += isBinary ? data.length / (rate / 500) : 0));
  });
  const { port } = server.address() as AddressInfo;
  const model = new STT({
    ...{ apiKey: 'k', baseUrl: `ws://127.0.0.1:${port}`, sampleRate: rate },
    translation: { type: 'one_way', targetLanguage: 'es' },
  });
  onTestFinished(async () => {
    await model.close();
    for (const { socket } of sockets) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  const hearing = hear(model);
  hearing.stream.pushFrame(new AudioFrame(new Int16Array(rate * 2).fill(8_000), rate, 1, rate * 2));
  await until(() => sockets[0]?.heardMs === 2_000);
  const say = (...tokens: object[]): void =>
    sockets[0]!.socket.send(JSON.stringify({ tokens, total_audio_proc_ms: 1_600 }));
  say(original('Hello.', 0), translation('Hola.'));
  say(original(' Where', 400), original(' to?', 800));
  await until(() => hearing.story().startsWith('<'));
  sockets[0]!.socket.terminate();
  await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
  await runtime.clock.advance(1_000);
  await until(() => sockets[1]?.heardMs === 1_600);
  expect(await hearing.finals(1)).toEqual(['Hola.']);
  expect(hearing.connection.filter(({ type }) => type === 'audio-dropped')).toEqual([]);
});
