import { initializeLogger, type llm } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { ScriptedService, type Line, type ServiceOptions } from './scripted-service.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** What a test of sessions has at hand. */
export interface ServiceBench {
  clock: ManualClock;
  service: ScriptedService;
  errors: llm.RealtimeModelError[];
  /** Starts another service in place of the one that is there. */
  serve(options: ServiceOptions): Promise<ScriptedService>;
  /** Collects the errors of a session, and closes its model when the test ends. */
  keep<Session extends Listened>(model: { close(): Promise<void> }, session: Session): Session;
  /** Lets time pass, a little at a time, until it is so. */
  until(condition: () => boolean): Promise<void>;
  /** The first socket, once it has been configured and has lasted. */
  healthy(): Promise<Line>;
  /** The socket after the first one, or of that number, once it is there. */
  replacement(count?: number): Promise<Line>;
  /** Breaks a socket that has lasted; the one that takes its place. */
  lose(line: Line): Promise<Line>;
}

interface Listened {
  on(event: 'error', listener: (error: llm.RealtimeModelError) => void): unknown;
}

/** Sockets are real, time is ours, and nothing may be left when a test ends. */
export function useServiceBench(options: ServiceOptions = {}): ServiceBench {
  const models: { close(): Promise<void> }[] = [];
  let restore = (): void => {};
  const bench = {
    errors: [] as llm.RealtimeModelError[],
    async serve(other: ServiceOptions) {
      await bench.service.stop();
      bench.service = await ScriptedService.start(other);
      return bench.service;
    },
    keep(model, session) {
      models.push(model);
      session.on('error', (error) => bench.errors.push(error));
      return session;
    },
    async until(condition: () => boolean) {
      while (!condition()) await bench.clock.advance(50);
    },
    async healthy() {
      const line = await bench.service.line();
      await line.event('session.update');
      await bench.clock.advance(6_000);
      return line;
    },
    async replacement(count = 2) {
      await bench.until(() => bench.service.lines.length === count);
      return bench.service.line(count);
    },
    async lose(line) {
      await bench.clock.advance(6_000);
      line.socket.terminate();
      return bench.replacement(bench.service.lines.length + 1);
    },
  } as ServiceBench;

  beforeEach(async () => {
    const runtime = createTestRuntime();
    bench.clock = runtime.clock;
    restore = installRuntime(runtime);
    bench.errors.length = 0;
    bench.service = await ScriptedService.start(options);
  });

  afterEach(async () => {
    let isClosed = false;
    void Promise.all(models.splice(0).map((model) => model.close())).finally(() => (isClosed = true));
    await bench.until(() => isClosed);
    await bench.service.stop();
    restore();
    await vi.waitFor(() => expect(bench.clock.pending).toBe(0));
  });
  return bench;
}
