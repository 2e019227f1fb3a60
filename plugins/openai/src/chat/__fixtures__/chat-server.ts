import type { ServerResponse } from 'node:http';
import { useHttpService, type HttpService } from '../../__fixtures__/http-service.ts';
import { LLM } from '../llm.ts';
import type { LLMOptions } from '../options.ts';

/** What every test has. */
export interface Setup extends HttpService {
  /** A model on the server, unless the options say otherwise. */
  open(options?: Partial<LLMOptions>): LLM;
}

/** Call it once per file. By default the server answers with words. */
export function setup(): Setup {
  const at = useHttpService((response, turn) => {
    say(response, delta({ role: 'assistant', content: '' }), text('an'), text(`swer${turn}`), stop(), usage);
    done(response);
  });
  return Object.assign(at, {
    open: (options: Partial<LLMOptions> = {}) =>
      at.keep(new LLM({ apiKey: 'sk-test', baseURL: at.url, ...options })),
  });
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
