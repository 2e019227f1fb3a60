import { initializeLogger, type APIConnectOptions, type tts as livekit } from '@livekit/agents';
import type { ConnectionEvent } from '@patchbay/ws-session';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { ChatterTTS, type ChatterTTSOptions, type ChatterTTSStream } from './chatter-tts.ts';
import { startEarServer, type EarOptions, type EarServer, type EarSocket } from './ear-server.ts';
import { quick } from './listening.ts';
import { until } from './until.ts';

type TTSError = Parameters<livekit.TTSCallbacks['error']>[0];

/** A model, and what it tells. */
export interface Stage {
  model: ChatterTTS;
  errors: TTSError[];
  metrics: Parameters<livekit.TTSCallbacks['metrics_collected']>[0][];
  connection: ConnectionEvent[];
}

/** What is heard of a stream. */
export interface Recital {
  stream: ChatterTTSStream;
  frames: livekit.SynthesizedAudio[];
  /** Ends of the stream that it told. */
  ends: number;
  over: Promise<void>;
  /** The numbers that its samples are made of, in order, each once in a row. */
  notes(): number[];
}

/** As many milliseconds of the same sample at 16 kHz. */
export function note(sample: number, milliseconds = 40): Buffer {
  return Buffer.from(Int16Array.from({ length: 16 * milliseconds }, () => sample).buffer);
}

export const sound = (sample: number, milliseconds?: number): string => note(sample, milliseconds).toString('base64');

/** What a socket was told, without what is the same every time. */
export function told({ messages }: EarSocket): string[] {
  return messages.map(({ type, text, turn }) =>
    [typeof turn === 'string' ? turn : '', typeof text === 'string' ? text : `<${type}>`].filter(Boolean).join(' '),
  );
}

/** A server, models and their listeners per test, on a clock that stands still; nothing of them may be left afterwards. */
export function useReciting(): {
  readonly server: EarServer;
  readonly clock: ManualClock;
  open(options?: ChatterTTSOptions, server?: EarOptions): Promise<Stage>;
} {
  let server: EarServer | undefined;
  let models: ChatterTTS[] = [];
  let clock: ManualClock;
  let restore: () => void;
  const rejections: unknown[] = [];
  const keep = (reason: unknown): void => void rejections.push(reason);

  beforeAll(() => {
    initializeLogger({ pretty: false, level: 'silent' });
    process.on('unhandledRejection', keep);
  });
  afterAll(() => void process.off('unhandledRejection', keep));
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
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejections.splice(0)).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  return {
    get server() {
      if (!server) throw new Error('nobody recites yet');
      return server;
    },
    get clock() {
      return clock;
    },
    async open(options = {}, more = {}) {
      server = await startEarServer({ greet: (socket) => socket.send({ type: 'hello', id: 'req_1' }), ...more });
      const model = new ChatterTTS(server.url, options);
      models.push(model);
      const stage: Stage = { model, errors: [], metrics: [], connection: [] };
      model.on('error', (error) => stage.errors.push(error));
      model.on('metrics_collected', (metrics) => stage.metrics.push(metrics));
      model.on('connection', (event) => stage.connection.push(event));
      return stage;
    },
  };
}

/** Listens to a stream as AgentSession does, and says what is given. */
export function recite({ model }: Stage, said: string | string[] = [], connOptions: APIConnectOptions = quick): Recital {
  const stream = model.stream({ connOptions });
  const frames: livekit.SynthesizedAudio[] = [];
  const recital: Recital = { stream, frames, ends: 0, over: Promise.resolve(), notes: () => notesOf(frames) };
  recital.over = (async () => {
    for await (const item of stream) {
      if (typeof item === 'symbol') recital.ends++;
      else frames.push(item);
    }
  })();
  for (const piece of [said].flat()) stream.pushText(piece);
  if (typeof said === 'string') stream.endInput();
  return recital;
}

export function notesOf(frames: readonly livekit.SynthesizedAudio[]): number[] {
  const samples = frames.flatMap(({ frame }) => [...frame.data]);
  return samples.filter((sample, at) => sample !== samples[at - 1]);
}

/** Resolves when a socket was told so much. */
export async function hears(socket: EarSocket, ...what: string[]): Promise<void> {
  await until(() => told(socket).length >= what.length);
  expect(told(socket)).toEqual(what);
}
