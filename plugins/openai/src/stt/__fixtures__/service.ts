import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { STTOptions } from '../options.ts';
import { STT } from '../stt.ts';
import { hear, until, type Hearing } from './hearing.ts';

export interface Service {
  model: STT;
  hearing: Hearing;
  sockets: WebSocket[];
  /** Paths and queries of upgrades, as they came. */
  dialled: string[];
  /** What the sockets were told, audio left out. */
  told: Record<string, unknown>[];
  /** Says something on the newest socket. */
  say(...events: object[]): void;
}

/** A stream whose configuration has arrived at a service that says what the test says. `autoPong: false`: half-open. */
export async function startService(
  options: Partial<STTOptions> = {},
  { autoPong = true }: { autoPong?: boolean } = {},
): Promise<Service> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong });
  await once(server, 'listening');
  server.on('headers', (_headers, { url = '' }) => dialled.push(url));
  const sockets: WebSocket[] = [];
  const dialled: string[] = [];
  const told: Record<string, unknown>[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      if (message.type !== 'input_audio_buffer.append') told.push(message);
    });
  });
  const { port } = server.address() as AddressInfo;
  const baseURL = `http://127.0.0.1:${port}/v1`;
  const model = new STT({ model: 'gpt-4o-mini-transcribe', apiKey: 'sk-test-key-1', baseURL, ...options });
  onTestFinished(async () => {
    await model.close();
    for (const socket of sockets) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  const hearing = hear(model);
  await until(() => told.length > 0);
  const say = (...events: object[]): void => events.forEach((event) => sockets.at(-1)?.send(JSON.stringify(event)));
  return { model, hearing, sockets, dialled, told, say };
}
