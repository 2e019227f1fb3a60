import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger } from '@livekit/agents';
import { createTestRuntime, installRuntime, type ManualClock } from '@patchbay/ws-session/testing';
import { afterEach, beforeEach, vi } from 'vitest';
import { LLM } from '../llm.ts';
import type { LLMOptions } from '../options.ts';

/** A request as it arrived. */
export interface Asked {
  request: IncomingMessage;
  body: Record<string, unknown>;
}

/** What every test has: a server for frames that no honest one sends, a clock that stands still, and models. */
export interface Setup {
  readonly url: string;
  readonly asked: Asked[];
  readonly clock: ManualClock;
  /** What the server does with the n-th request, counted from 1. Default: an answer of words. */
  answer: (response: ServerResponse, turn: number, asked: Asked) => void;
  /** A model on the server, unless the options say otherwise. */
  open(options?: Partial<LLMOptions>): LLM;
  /** Closes a model after the test. */
  keep(model: LLM): LLM;
}

/** Call it once per file. Afterwards nothing may be left: no request, and no timer. */
export function setup(): Setup {
  initializeLogger({ pretty: false, level: 'silent' });
  const models: LLM[] = [];
  let server: Server;
  let restore: () => void;
  const at = { asked: [] as Asked[] } as Setup & { url: string; clock: ManualClock };

  beforeEach(async () => {
    const runtime = createTestRuntime();
    at.clock = runtime.clock;
    restore = installRuntime(runtime);
    at.asked.length = 0;
    at.answer = (response, turn) => {
      say(response, delta({ role: 'assistant', content: '' }), text('an'), text(`swer${turn}`), stop(), usage);
      done(response);
    };
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
  at.open = (options = {}) => at.keep(new LLM({ apiKey: 'sk-test', baseURL: at.url, ...options }));
  return at;
}

/** Writes events; texts go out as they are. */
export function say(response: ServerResponse, ...events: (object | string)[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' });
  for (const event of events) response.write(typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`);
}

export function done(response: ServerResponse): void {
  response.end('data: [DONE]\n\n');
}

/** An answer that ends by the book. */
export function whole(...events: (object | string)[]): (response: ServerResponse) => void {
  return (response) => {
    say(response, ...events);
    done(response);
  };
}

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', service_tier: 'default' };

export const delta = (inner: object, finish_reason: string | null = null): object => ({
  ...head,
  choices: [{ index: 0, delta: inner, logprobs: null, finish_reason }],
  usage: null,
});
export const text = (content: string): object => delta({ content });
export const stop = (reason = 'stop'): object => delta({}, reason);
export const call = (...tool_calls: object[]): object => delta({ tool_calls });
export const usage: object = {
  ...head,
  choices: [],
  usage: {
    prompt_tokens: 5,
    completion_tokens: 2,
    total_tokens: 7,
    prompt_tokens_details: { cached_tokens: 3, audio_tokens: 0 },
  },
};
