import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, vi } from 'vitest';

/** A request as it arrived. */
export interface Asked {
  request: IncomingMessage;
  body: Record<string, unknown>;
}

/** What the server does with the n-th request, counted from 1. */
export type Answer = (response: ServerResponse, turn: number, asked: Asked) => void;

/** A server for frames that no honest one sends, a clock that stands still, and models that are closed afterwards. */
export interface HttpService {
  readonly url: string;
  readonly asked: Asked[];
  readonly clock: ManualClock;
  answer: Answer;
  /** Closes a model after the test. */
  keep<Model extends { aclose(): Promise<void> }>(model: Model): Model;
}

/** Call it once per file. Afterwards nothing may be left: no request, and no timer. */
export function useHttpService(byDefault: Answer): HttpService {
  initializeLogger({ pretty: false, level: 'silent' });
  const models: { aclose(): Promise<void> }[] = [];
  let server: Server;
  let restore: () => void;
  const at = { asked: [] as Asked[] } as HttpService & { url: string; clock: ManualClock };

  beforeEach(async () => {
    const runtime = createTestRuntime();
    at.clock = runtime.clock;
    restore = installRuntime(runtime);
    at.asked.length = 0;
    at.answer = byDefault;
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const written = Buffer.concat(pieces).toString();
        const asked = { request, body: written === '' ? {} : (JSON.parse(written) as Asked['body']) };
        at.answer(response, at.asked.push(asked), asked);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    at.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });

  afterEach(async () => {
    for (const model of models.splice(0)) await model.aclose();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    restore();
    vi.unstubAllEnvs();
    await vi.waitUntil(() => at.clock.pending === 0);
  });

  at.keep = (model) => {
    models.push(model);
    return model;
  };
  return at;
}
