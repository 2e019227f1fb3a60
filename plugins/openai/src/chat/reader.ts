import type { llm } from '@livekit/agents';
import { MAX_UNREADABLE, providerError } from '@patchbay/plugin-kit';
import type { Reply, ServerSentEvent } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { Connection } from '@patchbay/ws-url';
import { countIn } from '../counts.ts';
import { errorOf } from '../responses/failure.ts';
import { ThoughtFilter, type ThinkTags } from './thinking.ts';
import { ToolCalls } from './tool-calls.ts';
import type {
  ChatCompletionChoice,
  ChatCompletionChunk,
  ChatCompletionDelta,
  ChatCompletionUsage,
  ChatErrorBody,
} from './wire.ts';

/** Reasons to stop that leave the answer unfinished. */
const cuts = new Set(['length', 'content_filter']);

/**
 * Reads the events of one answer into a {@link Reply}. Nothing is validated on the way: what is not understood is passed
 * over, and what ends an answer ends it whatever else is missing from the event.
 */
export class ChatReader {
  readonly #reply: Reply;
  readonly #connection: Connection;
  readonly #thoughts: ThoughtFilter;
  readonly #calls = new ToolCalls();
  #headers: Record<string, string> = {};
  #id = '';
  #begun = false;
  #reasoning = false;
  #reason = '';
  #usage: ChatCompletionUsage | undefined;
  #serviceTier: string | undefined;
  #unreadable = 0;

  constructor(reply: Reply, connection: Connection, tags: ThinkTags) {
    this.#reply = reply;
    this.#connection = connection;
    this.#thoughts = new ThoughtFilter(tags);
  }

  /** The first piece of the answer proper has come. */
  get begun(): boolean {
    return this.#begun;
  }

  /** The model thinks, and says so. */
  get working(): boolean {
    return this.#reasoning || this.#thoughts.thinking;
  }

  /** The model has said why it stopped: the answer is whole, whatever becomes of the connection. */
  get finished(): boolean {
    return this.#reason !== '';
  }

  /** The answer has begun to come. Its request id belongs into errors. */
  open(headers: Headers): void {
    this.#headers = Object.fromEntries(headers);
  }

  /** One event; `true`: that was the last. Throws what it says went wrong. */
  read({ event, data }: ServerSentEvent): boolean {
    if (data.trim() === '[DONE]') return this.#id !== '' || this.#begun || this.finished;
    const chunk = objectIn(data);
    if (chunk === undefined) {
      if (++this.#unreadable < MAX_UNREADABLE) return false;
      throw new PatchbayError('protocol-violation', `${MAX_UNREADABLE} unreadable events in a row`, {
        retryable: true,
      });
    }
    this.#unreadable = 0;
    this.#chunk(chunk, event === 'error' || chunk.object === 'error');
    return false;
  }

  /** There will be no more events: hands out what was kept back. Throws if there is nothing and a reason for it. */
  end(): void {
    this.#finish();
    this.#count();
    const reason = this.#reason;
    const failed = reason === 'error';
    if (!failed && (this.#reply.delivered || !cuts.has(reason))) return;
    throw providerError(
      this.#connection,
      failed ? 'the provider broke off' : `the answer ended before anything was said: ${reason}`,
      { providerCode: reason, retryable: failed },
    );
  }

  #chunk(chunk: ChatCompletionChunk, isError: boolean): void {
    const choices = listOf(chunk.choices);
    const error = chunk.error ?? choices.find((choice) => choice.error != null)?.error;
    if (error != null || isError) throw this.#failure(error ?? (chunk as ChatErrorBody));
    if (this.#id === '' && typeof chunk.id === 'string') this.#id = chunk.id;
    if (typeof chunk.service_tier === 'string') this.#serviceTier = chunk.service_tier;
    this.#usage = chunk.usage ?? chunk.x_groq?.usage ?? this.#usage;
    for (const choice of choices) if (!isAnother(choice)) this.#choice(choice);
  }

  #choice({ delta, message, finish_reason: reason, usage }: ChatCompletionChoice): void {
    const said = delta ?? message;
    if (said != null) this.#delta(said);
    this.#usage = usage ?? this.#usage;
    if (typeof reason !== 'string' || reason === '') return;
    this.#reason = reason;
    this.#finish();
  }

  #delta(delta: ChatCompletionDelta): void {
    const text = flat(delta.content);
    const calls = listOf(delta.tool_calls);
    if (text !== '' || calls.length > 0) {
      this.#begun = true;
      this.#reasoning = false;
    } else if (delta.reasoning_content || delta.reasoning) {
      this.#reasoning = true;
    }
    this.#reply.text(this.#id, this.#thoughts.push(text));
    this.#reply.text(this.#id, flat(delta.refusal));
    for (const call of calls) this.#calls.push(call);
    if (isRecord(delta.extra_content)) this.#reply.extra(this.#id, delta.extra_content);
  }

  /** Calls come out when all of them are there: one that a lost connection cut short must not have been made. */
  #finish(): void {
    this.#reply.text(this.#id, this.#thoughts.end());
    for (const call of this.#calls.take(cuts.has(this.#reason))) this.#reply.call(this.#id, call);
  }

  #count(): void {
    const usage = this.#usage;
    if (usage === undefined) return;
    const promptTokens = countIn(usage.prompt_tokens) ?? 0;
    const completionTokens = countIn(usage.completion_tokens) ?? 0;
    const { cached_tokens: cached } = usage.prompt_tokens_details ?? {};
    const counted: llm.CompletionUsage = {
      promptTokens,
      completionTokens,
      promptCachedTokens: countIn(cached) ?? countIn(usage.prompt_cache_hit_tokens) ?? 0,
      totalTokens: countIn(usage.total_tokens) ?? promptTokens + completionTokens,
    };
    if (this.#serviceTier !== undefined) counted.serviceTier = this.#serviceTier;
    this.#reply.usage(this.#id, counted);
  }

  #failure(error: ChatErrorBody | string): PatchbayError {
    const body = typeof error === 'string' ? { message: error } : error;
    return errorOf({ type: 'error', error: body, headers: this.#headers }, this.#connection);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectIn(data: string): ChatCompletionChunk | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The objects of a list, if it is one. */
function listOf<T>(list: readonly (T | null | undefined)[] | null | undefined): T[] {
  return Array.isArray(list) ? (list as (T | null)[]).filter((each) => typeof each === 'object' && each !== null) : [];
}

/** A text, or the texts of its parts. */
function flat(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (typeof part === 'string' ? part : flat(textOf(part)))).join('');
}

function textOf(part: unknown): unknown {
  return typeof part === 'object' && part !== null ? (part as { text?: unknown }).text : undefined;
}

/** One choice is asked for; another one is somebody else's. */
function isAnother({ index }: { index?: unknown }): boolean {
  return typeof index !== 'object' && Number(index) > 0;
}
