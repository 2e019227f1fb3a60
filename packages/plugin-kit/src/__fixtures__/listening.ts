import { initializeLogger, stt as livekit, type APIConnectOptions } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { ConnectionEvent } from '@patchbay/ws-session';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { ChatterSTT, type ChatterSTTOptions, type ChatterSTTStream } from './chatter-stt.ts';
import { startEarServer, type EarOptions, type EarServer } from './ear-server.ts';

const { SpeechEventType } = livekit;

/** LiveKit's own retries without their waits. */
export const quick: APIConnectOptions = { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 10_000 };

/** Samples at 16 kHz that count up from `from`. */
export function frame(from = 0, milliseconds = 10): AudioFrame {
  const data = Int16Array.from({ length: 16 * milliseconds }, (_, n) => (from + n) % 30_000);
  return new AudioFrame(data, 16_000, 1, data.length);
}

export interface Heard {
  model: ChatterSTT;
  stream: ChatterSTTStream;
  events: livekit.SpeechEvent[];
  errors: Parameters<livekit.STTCallbacks['error']>[0][];
  connection: ConnectionEvent[];
  /** The consumer's loop is over. */
  ended: Promise<void>;
  /** Types and texts, short: `START`, `hello…`, `hello.`, `END`. */
  story(): string[];
}

export interface Room {
  readonly server: EarServer;
  readonly clock: ManualClock;
  listen(options?: EarOptions, connOptions?: APIConnectOptions, more?: ChatterSTTOptions): Promise<Heard>;
}

/** A server, a model and a consumer per test, on a clock that stands still; nothing of them may be left afterwards. */
export function useListening(): Room {
  let server: EarServer | undefined;
  let models: ChatterSTT[] = [];
  let clock: ManualClock;
  let restore: () => void;

  beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
  beforeEach(() => {
    const runtime = createTestRuntime();
    clock = runtime.clock;
    restore = installRuntime(runtime);
  });
  afterEach(async () => {
    await Promise.all(models.map((model) => model.close()));
    models = [];
    restore();
    await server?.close();
    server = undefined;
    expect(clock.pending).toBe(0);
  });

  return {
    get server() {
      if (!server) throw new Error('nobody listens yet');
      return server;
    },
    get clock() {
      return clock;
    },
    async listen(options = {}, connOptions = quick, more = {}) {
      server = await startEarServer(options);
      const model = new ChatterSTT(server.url, more);
      models.push(model);
      return hear(model, connOptions);
    },
  };
}

function hear(model: ChatterSTT, connOptions: APIConnectOptions): Heard {
  const errors: Heard['errors'] = [];
  const connection: ConnectionEvent[] = [];
  model.on('error', (error) => errors.push(error));
  model.on('connection', (event) => connection.push(event));
  const events: livekit.SpeechEvent[] = [];
  const stream = model.stream({ connOptions });
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  return { model, stream, events, errors, connection, ended, story: () => events.flatMap(told) };
}

function told({ type, alternatives }: livekit.SpeechEvent): string[] {
  const said = alternatives?.[0].text ?? '';
  if (type === SpeechEventType.START_OF_SPEECH) return ['START'];
  if (type === SpeechEventType.END_OF_SPEECH) return ['END'];
  if (type === SpeechEventType.INTERIM_TRANSCRIPT) return [`${said}…`];
  if (type === SpeechEventType.FINAL_TRANSCRIPT) return [`${said}.`];
  return [];
}
