import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { initializeLogger, type stt as livekit } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { hear, until, type Hearing } from './hearing.ts';

const sampleRate = 16_000;

/** One connection to a {@link Scripted} service. */
export interface ScriptedSocket {
  socket: WebSocket;
  url: string;
  /** Milliseconds of 16 kHz PCM that came as binary frames. */
  heardMs: number;
  /** Texts that came, parsed where they are JSON. */
  told: unknown[];
  say(...messages: object[]): void;
}

export interface Scripted<Stream extends livekit.SpeechStream> {
  hearing: Hearing<Stream>;
  clock: ManualClock;
  sockets: ScriptedSocket[];
  /** Somebody speaks, loudly. */
  speak(milliseconds: number): void;
}

/** A stream of speech to text, at 16 kHz, at a service that says what a test says, on a clock that stands still. */
export async function listenToScript<Stream extends livekit.SpeechStream>(
  create: (url: string) => Parameters<typeof hear<Stream>>[0] & Pick<livekit.STT, 'close'>,
): Promise<Scripted<Stream>> {
  initializeLogger({ pretty: false, level: 'silent' });
  const runtime = createTestRuntime();
  onTestFinished(installRuntime(runtime));
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const sockets: ScriptedSocket[] = [];
  server.on('connection', (socket, { url = '' }) => {
    const say = (...messages: object[]): void => messages.forEach((message) => socket.send(JSON.stringify(message)));
    const connection: ScriptedSocket = { socket, url, heardMs: 0, told: [], say };
    sockets.push(connection);
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) connection.heardMs += data.length / (sampleRate / 500);
      else connection.told.push(parsed(data.toString()));
    });
  });
  const model = create(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    await model.close();
    for (const { socket } of sockets) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  const hearing = hear<Stream>(model);
  await until(() => hearing.connection.some(({ type }) => type === 'open') && sockets.length > 0);
  const speak = (milliseconds: number): void => {
    const length = (sampleRate * milliseconds) / 1_000;
    hearing.stream.pushFrame(new AudioFrame(new Int16Array(length).fill(8_000), sampleRate, 1, length));
  };
  return { hearing, clock: runtime.clock, sockets, speak };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
