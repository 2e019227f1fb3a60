import type { llm } from '@livekit/agents';
import { initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import type { ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { ScriptedService } from '../../realtime/__fixtures__/scripted-service.ts';
import type { Event, Line } from '../../realtime/__fixtures__/scripted-service.ts';
import { GPTLiveModel } from '../gpt-live-model.ts';
import type { GPTLiveSession } from '../gpt-live-session.ts';
import type { GPTLiveModelOptions } from '../options.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** What each test has at hand. */
export interface Bench {
  clock: ManualClock;
  /** Says nothing by itself. */
  service: ScriptedService;
  errors: llm.RealtimeModelError[];
  /** A session that LiveKit has not configured yet. */
  session(options?: GPTLiveModelOptions): GPTLiveSession;
  /** A configured session. */
  open(options?: GPTLiveModelOptions, configuration?: Configuration): Promise<GPTLiveSession>;
  /** The `count`th socket, its start confirmed. */
  start(count?: number, session?: Event): Promise<Line>;
  /** Lets time pass, a little at a time, until it is so. */
  until(condition: () => boolean): Promise<void>;
}

export interface Configuration {
  instructions?: string;
  chatCtx?: llm.ChatContext;
  tools?: llm.ToolContext;
}

/** Sockets are real, time is ours, and nothing may be left when a test ends. */
export function useBench(): Bench {
  const models: GPTLiveModel[] = [];
  let restore = (): void => {};
  const bench = {
    errors: [] as llm.RealtimeModelError[],
    session(options: GPTLiveModelOptions = {}) {
      const model = new GPTLiveModel({ apiKey: 'sk-test-key', baseURL: bench.service.url, ...options });
      models.push(model);
      const session = model.session();
      session.on('error', (error: llm.RealtimeModelError) => bench.errors.push(error));
      return session;
    },
    async open(options: GPTLiveModelOptions = {}, configuration: Configuration = {}) {
      const session = bench.session(options);
      const { instructions = 'Be kind.', chatCtx, tools } = configuration;
      await session._updateSession(instructions, chatCtx, tools);
      return session;
    },
    async start(count = 1, session: Event = { id: `live_${count}` }) {
      const socket = (): Line | undefined => bench.service.lines[count - 1];
      while (!socket()?.types.includes('session.start')) await bench.clock.advance(socket() && count === 1 ? 0 : 50);
      const line = socket()!;
      line.send({ type: 'session.started', session });
      return line;
    },
    async until(condition: () => boolean) {
      while (!condition()) await bench.clock.advance(50);
    },
  } as Bench;

  beforeEach(async () => {
    const runtime = createTestRuntime();
    bench.clock = runtime.clock;
    restore = installRuntime(runtime);
    bench.errors.length = 0;
    bench.service = await ScriptedService.start({ greeting: false, confirms: false });
  });

  afterEach(async () => {
    const closing = Promise.all(models.splice(0).map((model) => model.close()));
    let isClosed = false;
    void closing.then(() => (isClosed = true));
    await bench.until(() => isClosed);
    await bench.service.stop();
    restore();
    await vi.waitFor(() => expect(bench.clock.pending).toBe(0));
  });
  return bench;
}

/** Resolves with the next event of this name. */
export function next<T>(session: GPTLiveSession, event: string): Promise<T> {
  return new Promise((resolve) => session.once(event as 'error', resolve as never));
}

/** Everything that is emitted under this name from now on. */
export function collect<T>(session: GPTLiveSession, event: string): T[] {
  const events: T[] = [];
  session.on(event as 'error', ((payload: T) => events.push(payload)) as never);
  return events;
}

export interface FrameOptions {
  rate?: number;
  channels?: number;
  level?: number;
}

export function frame(milliseconds: number, options: FrameOptions = {}): AudioFrame {
  const { rate = 24_000, channels = 1, level = 0 } = options;
  const samples = (rate * milliseconds) / 1_000;
  return new AudioFrame(new Int16Array(samples * channels).fill(level), rate, channels, samples);
}

export function callFrom(id: string, name: string, args: string | null): Event {
  const item = { id: `fc_${id}`, type: 'function_call', call_id: id, name, arguments: args };
  return { type: 'response.output_item.done', item };
}

/** An event of the backend, as the service passes it on. */
export function wrapped(event: Event, delegationId: string | null = 'dlg_1'): Event {
  return { type: 'response.event', delegation_id: delegationId, event };
}
