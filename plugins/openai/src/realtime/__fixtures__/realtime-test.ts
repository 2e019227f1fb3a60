import { initializeLogger, llm } from '@livekit/agents';
import { createTestRuntime, installRuntime } from '@patchbay/ws-session/testing';
import type { ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { RealtimeModelOptions } from '../options.ts';
import { RealtimeModel } from '../realtime-model.ts';
import type { RealtimeSession } from '../realtime-session.ts';
import { ScriptedService } from './scripted-service.ts';
import type { ServiceOptions } from './scripted-service.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** What each test has at hand. */
export interface Bench {
  clock: ManualClock;
  service: ScriptedService;
  errors: llm.RealtimeModelError[];
  /** Starts another service in place of the one that is there. */
  serve(options: ServiceOptions): Promise<ScriptedService>;
  /** A session with the service, its errors collected. */
  open(options?: RealtimeModelOptions, Model?: typeof RealtimeModel): RealtimeSession;
  /** Lets time pass, a little at a time, until it is so. */
  until(condition: () => boolean): Promise<void>;
}

/** Sockets are real, time is ours, and nothing may be left when a test ends. */
export function useBench(): Bench {
  const models: RealtimeModel[] = [];
  let restore = (): void => {};
  const bench = {
    errors: [] as llm.RealtimeModelError[],
    async serve(options: ServiceOptions) {
      await bench.service.stop();
      bench.service = await ScriptedService.start(options);
      return bench.service;
    },
    open(options: RealtimeModelOptions = {}, Model = RealtimeModel) {
      const model = new Model({ apiKey: 'sk-test-key', baseURL: bench.service.url, ...options });
      models.push(model);
      const session = model.session();
      session.on('error', (error: llm.RealtimeModelError) => bench.errors.push(error));
      return session;
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
    bench.service = await ScriptedService.start();
  });

  afterEach(async () => {
    await Promise.all(models.splice(0).map((model) => model.close()));
    await bench.service.stop();
    restore();
    await vi.waitFor(() => expect(bench.clock.pending).toBe(0));
  });
  return bench;
}

export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Resolves with the next event of this name. */
export function next<T>(session: RealtimeSession, event: string): Promise<T> {
  return new Promise((resolve) => session.once(event, resolve));
}

/** What a reply said, message by message, once it is over. */
export async function textsOf(event: llm.GenerationCreatedEvent): Promise<string[]> {
  const texts: string[] = [];
  for (const message of await all(event.messageStream)) {
    const parts = await all(message.textStream);
    texts.push(parts.map((part) => (typeof part === 'string' ? part : part.text)).join(''));
  }
  return texts;
}

export function message(role: llm.ChatRole, text: string, id?: string): llm.ChatMessage {
  return llm.ChatMessage.create({ role, content: text, ...(id === undefined ? {} : { id }) });
}
