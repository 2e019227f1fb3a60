import type { llm } from '@livekit/agents';
import type { Frame, Reply } from '@patchbay/plugin-kit';

import { PatchbayError } from '@patchbay/ws-url';
import type { Connection } from '@patchbay/ws-url';
import { endOf, errorOf, RESPONSE_NOT_FOUND } from './failure.ts';
import type {
  WsErrorEvent,
  WsFunctionCallItem,
  WsMessageItem,
  WsOutputItem,
  WsResponse,
  WsServerEvent,
} from './wire.ts';

/** This many unreadable frames in a row are not an accident. */
const MAX_UNREADABLE = 8;

/**
 * Reads the events of one response into a {@link Reply}. Nothing is validated on the way: what is not understood is
 * passed over, and what ends a response ends it whatever else is missing from the event.
 */
export class ResponseReader {
  readonly #reply: Reply;
  readonly #connection: Connection;
  readonly #isOver: (responseId: string) => boolean;
  readonly #calls: { callId: string; args: string }[] = [];
  #id = '';
  #text = '';
  #streaming = false;
  #working = false;
  #unreadable = 0;
  #failure: PatchbayError | undefined;

  /** `isOver` knows responses that were finished earlier; a repeated end of theirs does not end this one. */
  constructor(reply: Reply, connection: Connection, isOver: (responseId: string) => boolean) {
    this.#reply = reply;
    this.#connection = connection;
    this.#isOver = isOver;
  }

  get responseId(): string {
    return this.#id;
  }

  /** Everything said, as it was delivered. */
  get text(): string {
    return this.#text;
  }

  get calls(): readonly { callId: string; args: string }[] {
    return this.#calls;
  }

  /** The model reasons or a hosted tool runs: silence that is no sign of trouble. */
  get working(): boolean {
    return this.#working;
  }

  /** Why there is no complete response, where the connection is as good as before. */
  get failure(): PatchbayError | undefined {
    return this.#failure;
  }

  /** One frame; `true`: the response is over. Throws if the connection should not be used again either. */
  readFrame(frame: Frame): boolean {
    let event: unknown;
    if (typeof frame === 'string') {
      try {
        event = JSON.parse(frame);
      } catch {
        // Counted below.
      }
    }
    if (typeof event === 'object' && event !== null && typeof (event as { type?: unknown }).type === 'string') {
      this.#unreadable = 0;
      return this.read(event as WsServerEvent);
    }
    if (++this.#unreadable < MAX_UNREADABLE) return false;
    throw new PatchbayError('protocol-violation', `${MAX_UNREADABLE} unreadable messages in a row`, {
      retryable: true,
    });
  }

  /** One event; `true`: the response is over. */
  read(event: WsServerEvent): boolean {
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        this.#streaming = true;
        this.#say(event.delta);
        return false;
      case 'response.created':
        this.#id = event.response?.id ?? this.#id;
        return false;
      case 'response.output_item.added':
        this.#working = event.item?.type !== 'message' && event.item?.type !== 'function_call';
        return false;
      case 'response.output_item.done':
        this.#working = false;
        if (event.item != null) this.#item(event.item);
        return false;
      case 'response.completed':
        return this.#end('completed', event.response);
      case 'response.failed':
        return this.#end('failed', event.response);
      case 'response.incomplete':
        return this.#end('incomplete', event.response);
      case 'response.cancelled':
        return this.#end('cancelled', event.response);
      case 'response.done':
        return this.#end(event.response?.status ?? 'completed', event.response);
      case 'error':
        return this.#fail(errorOf(event satisfies WsErrorEvent, this.#connection));
      default:
        return false;
    }
  }

  #say(text: unknown): void {
    if (typeof text !== 'string') return;
    this.#text += text;
    this.#reply.text(this.#id, text);
  }

  #item(item: WsOutputItem): void {
    if (item.type === 'function_call') this.#call(item as WsFunctionCallItem);
    else if (item.type === 'message') this.#message(item as WsMessageItem);
  }

  #call({ id, call_id: callId, name, arguments: given }: WsFunctionCallItem): void {
    if (typeof callId !== 'string' || this.#calls.some((call) => call.callId === callId)) return;
    const args = typeof given === 'string' && given.trim() !== '' ? given : '{}';
    this.#calls.push({ callId, args });
    this.#reply.call(this.#id, { callId, name, args, ...(typeof id === 'string' ? { id } : {}) });
  }

  #message({ phase, content }: WsMessageItem): void {
    // Bridges from other protocols may hand over a message in one piece.
    if (!this.#streaming) for (const part of content ?? []) this.#say(part.text ?? part.refusal);
    this.#streaming = false;
    if (phase != null) this.#reply.extra(this.#id, { openai: { phase } });
  }

  #end(status: string, response: WsResponse | null | undefined): boolean {
    const id = response?.id ?? '';
    if (id !== '' && id !== this.#id && this.#isOver(id)) return false;
    if (this.#text === '' && this.#calls.length === 0) for (const item of response?.output ?? []) this.#item(item);
    this.#usage(response);
    if (status !== 'completed') return this.#fail(endOf(status, response, this.#connection));
    // Gateways rewrite ids; the last one is the one that they accept back.
    if (id !== '') this.#id = id;
    return true;
  }

  /** What may pass is tried again elsewhere; what will not is no fault of the connection. */
  #fail(failure: PatchbayError): boolean {
    if (failure.retryable && failure.providerCode !== RESPONSE_NOT_FOUND) throw failure;
    this.#failure = failure;
    return true;
  }

  #usage(response: WsResponse | null | undefined): void {
    const usage = response?.usage;
    if (usage == null) return;
    const promptTokens = usage.input_tokens ?? 0;
    const completionTokens = usage.output_tokens ?? 0;
    const counted: llm.CompletionUsage = {
      promptTokens,
      completionTokens,
      promptCachedTokens: usage.input_tokens_details?.cached_tokens ?? 0,
      totalTokens: usage.total_tokens ?? promptTokens + completionTokens,
    };
    if (response?.service_tier != null) counted.serviceTier = response.service_tier;
    this.#reply.usage(this.#id, counted);
  }
}
