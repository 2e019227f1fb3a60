import { initializeLogger } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, vi } from 'vitest';
import { LLM, type LLMOptions } from '../index.ts';
import { noticedLoss } from './conversation.ts';
import { ResponsesServer } from './responses-server.ts';

/** What every test has: a server, a clock that stands still, and models that are closed afterwards. */
export interface Setup {
  readonly server: ResponsesServer;
  readonly clock: ManualClock;
  /** A model on the server, unless the options say otherwise. */
  open(options?: Partial<LLMOptions>): LLM;
  /** Breaks the first socket; resolves when the model has noticed. */
  loseSocket(model: LLM): Promise<void>;
  /** A model with these options only. */
  openAs(options: Partial<LLMOptions>): LLM;
}

/** Call it once per file. Afterwards nothing may be left: no socket, and no timer. */
export function setup(): Setup {
  initializeLogger({ pretty: false, level: 'silent' });
  const models: LLM[] = [];
  let server: ResponsesServer;
  let clock: ManualClock;
  let restore: () => void;

  beforeEach(async () => {
    const runtime = createTestRuntime();
    clock = runtime.clock;
    restore = installRuntime(runtime);
    server = await ResponsesServer.start();
  });

  afterEach(async () => {
    for (const model of models.splice(0)) await model.aclose();
    await server.stop();
    restore();
    vi.unstubAllEnvs();
    await vi.waitUntil(() => clock.pending === 0);
  });

  const openAs = (options: Partial<LLMOptions>): LLM => {
    const model = new LLM(options);
    models.push(model);
    return model;
  };
  return {
    get server() {
      return server;
    },
    get clock() {
      return clock;
    },
    open: (options = {}) => openAs({ apiKey: 'sk-test', baseURL: server.url, ...options }),
    openAs,
    loseSocket(model) {
      const noticed = noticedLoss(model);
      server.sockets[0]?.terminate();
      return noticed;
    },
  };
}
