import type { llm } from '@livekit/agents';
import { MAX_UNREADABLE } from '@patchbay/plugin-kit';
import type { Frame, Reply } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { Connection } from '@patchbay/ws-url';
import { AnnouncedItems } from './announced-items.ts';
import { approvalOf, endOf, errorOf, RESPONSE_NOT_FOUND } from './failure.ts';
import { FrameDecoder } from './frames.ts';
import { reasoningIn, type ReasoningItem } from './reasoning-items.ts';
import type { Steering } from './steering.ts';
import { addUsage } from './usage.ts';
import type { WsFunctionCallItem, WsMcpApprovalRequestItem, WsMessageItem } from './wire.ts';
import type { WsOutputItem, WsResponse, WsServerEvent } from './wire.ts';

/** Events that say that something is going on of which nobody hears: reasoning, searches, programs, remote tools. */
const hostedWork =
  /^response\.(reasoning|web_search|file_search|code_interpreter|mcp|image_generation|shell|custom_tool)/;

export interface ReaderOptions {
  /** Knows responses that were finished earlier; a repeated end of theirs does not end this one. */
  isOver?: (responseId: string) => boolean;
  steering?: Steering;
  decoder?: FrameDecoder;
}

/**
 * Reads the events of one response into a {@link Reply}. Nothing is validated on the way: what is not understood is
 * passed over, and what ends a response ends it whatever else is missing from the event.
 */
export class ResponseReader {
  readonly #reply: Reply;
  readonly #connection: Connection;
  readonly #isOver: (responseId: string) => boolean;
  readonly #calls: { callId: string; args: string }[] = [];
  readonly #steering: Steering | undefined;
  readonly #decoder: FrameDecoder;
  /** Thoughts whose message or call is still to come, and those of the message. */
  #thoughts: ReasoningItem[] = [];
  readonly #messageThoughts: ReasoningItem[] = [];
  #phase: string | undefined;
  #usage: llm.CompletionUsage | undefined;
  #id = '';
  /** The response was created, or something of it announced. */
  #begun = false;
  #text = '';
  /** What the response before the running one said: a steered reply is made of several. */
  #before = '';
  readonly #announced = new AnnouncedItems();
  #streaming = false;
  #working = false;
  #unreadable = 0;
  #failure: PatchbayError | undefined;
  #lane: string | undefined;
  #ended: 'completed' | 'steered' | undefined;

  constructor(reply: Reply, connection: Connection, options: ReaderOptions = {}) {
    const { isOver = () => false, steering, decoder = new FrameDecoder() } = options;
    this.#reply = reply;
    this.#connection = connection;
    this.#isOver = isOver;
    this.#steering = steering;
    this.#decoder = decoder;
  }

  /** The lane of the request: events of no lane are somebody else's, unless they are errors. */
  set lane(lane: string | undefined) {
    this.#lane = lane;
  }

  /** Something of a response has come, and be it its end. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Everything that was asked for is there, although the server may still have something to say. */
  get complete(): boolean {
    return this.#ended === 'completed';
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
    return this.read(this.#decoder.decode(frame));
  }

  /** One event, or `undefined` for what is none. */
  read(event: (WsServerEvent & { stream_id?: unknown }) | undefined): boolean {
    if (event !== undefined) {
      this.#unreadable = 0;
      return this.#isForeign(event) ? false : this.#event(event);
    }
    if (++this.#unreadable < MAX_UNREADABLE) return false;
    throw new PatchbayError('protocol-violation', `${MAX_UNREADABLE} unreadable messages in a row`, {
      retryable: true,
    });
  }

  #event(event: WsServerEvent): boolean {
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        if (!this.#announced.has(event.item_id, event.output_index)) return false;
        this.#streaming = true;
        this.#working = false;
        this.#say(event.delta);
        return false;
      case 'response.created':
        this.#begin(idOf(event.response) ?? this.#id);
        return false;
      case 'response.output_item.added':
        this.#begun = true;
        this.#working = !isSpeech(event.item);
        this.#announced.add(event.item?.id, event.output_index);
        return false;
      case 'response.output_item.done':
        // What a hosted tool found is thought about before it is told.
        this.#working = !isSpeech(event.item);
        this.#item(event.item);
        return false;
      case 'response.steer.accepted':
      case 'response.steer.pending':
      case 'response.steer.failed':
        this.#steering?.read(event);
        return this.#ended !== undefined && this.#steering?.owed === false ? this.#finish() : false;
      case 'response.completed':
        return this.#end('completed', event.response);
      case 'response.failed':
        return this.#end('failed', event.response);
      case 'response.incomplete':
        return this.#end('incomplete', event.response);
      case 'response.cancelled':
        return this.#end('cancelled', event.response);
      case 'response.done':
        return this.#end(statusOf(event.response), event.response);
      case 'error':
        if (this.#steering?.takes(event)) return this.#ended !== undefined ? this.#finish() : false;
        return this.#fail(errorOf(event, this.#connection));
      default:
        if (hostedWork.test((event as { type: string }).type)) this.#working = true;
        return false;
    }
  }

  #isForeign(event: { type: string; stream_id?: unknown }): boolean {
    // On a socket nothing is said before the response is created: those are the last words of one that was given up.
    if (!this.#begun && /\.delta$/.test(event.type)) return true;
    if (this.#lane === undefined || event.stream_id === this.#lane) return false;
    return event.type !== 'error' && event.type !== 'response.steer.failed';
  }

  /** A response has begun: the first one, or the one that takes up what the user added meanwhile. */
  #begin(id: string): void {
    this.#begun = true;
    if (this.#ended !== undefined) {
      this.#ended = undefined;
      this.#before = this.#text;
      this.#thoughts = [];
      this.#streaming = false;
    }
    this.#id = id;
    this.#steering?.began(id);
  }

  #say(text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    const isFirst = this.#text !== '' && this.#text === this.#before;
    const words = isFirst && !/\s$/.test(this.#text) && !/^\s/.test(text) ? ` ${text}` : text;
    this.#text += words;
    this.#reply.text(this.#id, words);
  }

  #item(item: WsOutputItem | null | undefined): void {
    if (item === null || typeof item !== 'object') return;
    const thought = reasoningIn(item);
    if (thought !== undefined) this.#think(thought);
    else if (item.type === 'function_call') this.#call(item as WsFunctionCallItem);
    else if (item.type === 'message') this.#message(item as WsMessageItem);
    // Thoughts that led to a hosted tool belong to its call, of which LiveKit's context knows nothing.
    else this.#thoughts = [];
    if (item.type === 'mcp_approval_request') this.#failure = approvalOf(item as WsMcpApprovalRequestItem);
  }

  #think(thought: ReasoningItem): void {
    const isKnown = [...this.#thoughts, ...this.#messageThoughts].some(({ id }) => id === thought.id);
    if (!isKnown) this.#thoughts.push(thought);
  }

  #call({ id, call_id: callId, name, arguments: given }: WsFunctionCallItem): void {
    if (typeof callId !== 'string' || typeof name !== 'string' || name === '') return;
    if (this.#calls.some((call) => call.callId === callId)) return;
    const args = typeof given === 'string' && given.trim() !== '' ? given : '{}';
    this.#calls.push({ callId, args });
    const reasoning = this.#thoughts.splice(0);
    this.#reply.call(this.#id, {
      callId,
      name,
      args,
      ...(typeof id === 'string' ? { id } : {}),
      ...(reasoning.length > 0 ? { extra: { openai: { reasoning } } } : {}),
    });
  }

  #message({ phase, content }: WsMessageItem): void {
    // Bridges from other protocols may hand over a message in one piece.
    if (!this.#streaming) for (const part of listOf(content)) this.#say(part?.text ?? part?.refusal);
    this.#streaming = false;
    this.#messageThoughts.push(...this.#thoughts.splice(0));
    this.#phase = typeof phase === 'string' ? phase : this.#phase;
    // LiveKit makes one message of all, and keeps of each key what it was told last.
    const reasoning = [...this.#messageThoughts];
    const openai = {
      ...(this.#phase === undefined ? {} : { phase: this.#phase }),
      ...(reasoning.length > 0 ? { reasoning } : {}),
    };
    if (Object.keys(openai).length > 0) this.#reply.extra(this.#id, { openai });
  }

  #end(status: string, response: WsResponse | null | undefined): boolean {
    const id = idOf(response) ?? '';
    if (id !== '' && id !== this.#id && this.#isOver(id)) return false;
    this.#begun = true;
    if (this.#id === '') this.#id = id;
    // Some servers tell of a call, or of everything, only here.
    const isSilent = this.#text === this.#before;
    for (const item of this.#calls.length > 0 ? [] : listOf(response?.output)) {
      if (isSilent || (status === 'completed' && item?.type === 'function_call')) this.#item(item);
    }
    this.#usage = addUsage(this.#usage, response);
    // Gateways rewrite ids; the last one is the one that they accept back.
    if (id !== '') this.#id = id;
    if (status === 'incomplete' && response?.incomplete_details?.reason === 'steered') this.#ended = 'steered';
    else if (status !== 'completed') return this.#fail(endOf(status, response, this.#connection));
    else this.#ended = 'completed';
    return this.#ended === 'completed' && this.#steering?.owed !== true ? this.#finish() : false;
  }

  #finish(): true {
    // Nothing follows a response that was cut short for something that then failed; it cannot be continued.
    if (this.#ended === 'steered') this.#id = '';
    this.#countUsage();
    return true;
  }

  /** What may pass is tried again elsewhere; what will not is no fault of the connection. */
  #fail(failure: PatchbayError): boolean {
    this.#countUsage();
    if (failure.retryable && failure.providerCode !== RESPONSE_NOT_FOUND) throw failure;
    this.#failure = failure;
    return true;
  }

  #countUsage(): void {
    if (this.#usage !== undefined) this.#reply.usage(this.#id, this.#usage);
  }
}

function idOf(response: WsResponse | null | undefined): string | undefined {
  return typeof response?.id === 'string' ? response.id : undefined;
}

function statusOf(response: WsResponse | null | undefined): string {
  return typeof response?.status === 'string' ? response.status : 'completed';
}

function listOf<T>(list: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(list) ? (list as T[]) : [];
}

/** Words or a call of one of our tools; silence within them is a sign of trouble. */
function isSpeech(item: WsOutputItem | null | undefined): boolean {
  return item?.type === 'message' || item?.type === 'function_call';
}
