import { llm } from '@livekit/agents';
import type { ManualClock } from '@patchbay/ws-session/testing';
import { vi } from 'vitest';
import type { LLM } from '../index.ts';

export const connOptions = { maxRetry: 2, retryIntervalMs: 0, timeoutMs: 4_000 };

export interface Heard {
  text: string;
  calls: llm.FunctionCall[];
  usage: llm.CompletionUsage[];
  extra: Record<string, unknown>;
  ids: Set<string>;
}

/** Reads a stream to its end. */
export async function listen(stream: llm.LLMStream): Promise<Heard> {
  const heard: Heard = { text: '', calls: [], usage: [], extra: {}, ids: new Set() };
  for await (const chunk of stream) {
    heard.text += chunk.delta?.content ?? '';
    heard.calls.push(...(chunk.delta?.toolCalls ?? []));
    Object.assign(heard.extra, chunk.delta?.extra);
    if (chunk.usage) heard.usage.push(chunk.usage);
    heard.ids.add(chunk.id);
  }
  return heard;
}

/** What LiveKit tells about failures. */
export function failuresOf(model: llm.LLM): { error: Error & Record<string, unknown>; recoverable: boolean }[] {
  const heard: { error: Error & Record<string, unknown>; recoverable: boolean }[] = [];
  model.on('error', ({ error, recoverable }) => heard.push({ error: error as never, recoverable }));
  return heard;
}

/** A conversation with a model, and what LiveKit tells about failures. */
export function talkWith<Model extends llm.LLM>(
  model: Model,
): { model: Model; conversation: Conversation; failures: ReturnType<typeof failuresOf> } {
  return { model, conversation: new Conversation(model), failures: failuresOf(model) };
}

/** The model has noticed that a socket is gone. */
export function noticedLoss(model: LLM): Promise<void> {
  return new Promise((resolve) => model.on('connection', ({ type }) => type === 'closed' && resolve()));
}

/** Watches a clock: the result resolves when something has begun to wait for this long, this many times. */
export function watch(clock: ManualClock): (ms: number, times?: number) => Promise<void> {
  const timers = vi.spyOn(clock, 'setTimer');
  return async (ms, times = 1) => {
    await vi.waitUntil(() => timers.mock.calls.filter(([, delayMs]) => delayMs === ms).length >= times);
  };
}

/** Reads a stream up to its first words. */
export async function firstWords(stream: llm.LLMStream): Promise<string> {
  for await (const chunk of stream) if (chunk.delta?.content) return chunk.delta.content;
  return '';
}

/** A call as LiveKit keeps it: what was said, what was called, what came of it. */
export class Conversation {
  readonly context: llm.ChatContext = llm.ChatContext.empty();
  readonly #model: llm.LLM;
  readonly #more: Partial<Parameters<llm.LLM['chat']>[0]>;

  constructor(model: llm.LLM, more: Partial<Parameters<llm.LLM['chat']>[0]> = {}) {
    this.#model = model;
    this.#more = more;
  }

  user(text: string): this {
    this.context.addMessage({ role: 'user', content: text });
    return this;
  }

  assistant(text: string, interrupted = false, extra: Record<string, unknown> = {}): this {
    this.context.addMessage({ role: 'assistant', content: text, interrupted, extra });
    return this;
  }

  ask(): llm.LLMStream {
    return this.#model.chat({ chatCtx: this.context.copy(), connOptions, ...this.#more });
  }

  /** Asks, listens, and keeps the answer as LiveKit would. */
  async turn(text?: string): Promise<Heard> {
    if (text !== undefined) this.user(text);
    const heard = await listen(this.ask());
    if (heard.text !== '') this.assistant(heard.text, false, heard.extra);
    for (const call of heard.calls) this.context.insert(call);
    return heard;
  }

  result(callId: string, output: string): this {
    this.context.insert(llm.FunctionCallOutput.create({ callId, output, isError: false }));
    return this;
  }
}
