import { sleep } from '../clock.ts';
import type { Cloud, MindOutput, OfferedTool, Turn } from '../cloud.ts';
import { serviceErrorOf } from '../http/errors.ts';
import { think } from '../responses/think.ts';
import { abortable } from './abortable.ts';
import type { Entry } from './conversation.ts';
import { turnsOf, withoutAudio } from './conversation.ts';
import type {
  CancelReason,
  FunctionCall,
  Item,
  McpCall,
  ResponseResource,
  ResponseUsage,
  Send,
  StatusDetails,
} from './events.ts';
import type { McpServers, RemoteTool } from './mcp.ts';
import { MessageWriter } from './message-writer.ts';
import type { SpeechSettings } from './message-writer.ts';
import { inputTokens, responseUsage } from './usage.ts';
import type { InputTokens } from './usage.ts';

/** What one response is made from: the session's settings with those of `response.create` over them. */
export interface ResponsePlan {
  model: string;
  instructions: string;
  tools: readonly OfferedTool[];
  /** Those of them that the service calls itself, by name. */
  remotes: ReadonlyMap<string, RemoteTool>;
  mcp: McpServers;
  toolChoice: unknown;
  maxOutputTokens: number | 'inf';
  modalities: ('text' | 'audio')[];
  speech: SpeechSettings;
  metadata: Record<string, string> | null;
  /** What the model reads. */
  entries: readonly Entry[];
  /** What of it the response before this one has read. */
  cached: InputTokens;
  conversationId: string | null;
}

/** What a response has read, and so need not be read again. */
export interface ReadInput {
  instructions: string;
  entries: readonly Entry[];
  tokens: InputTokens;
}

/** Puts an output item where it belongs and says what it stands behind; `null` outside the conversation. */
export type Adopt = (entry: Entry) => string | null;

interface Outcome {
  status: Exclude<ResponseResource['status'], 'in_progress'>;
  details: StatusDetails | null;
}

/** A response in progress. */
export class ResponseRun {
  readonly id: string;
  readonly #cloud: Cloud;
  readonly #send: Send;
  readonly #plan: ResponsePlan;
  readonly #adopt: Adopt;
  readonly #gone: AbortSignal;
  readonly #abort: AbortController = new AbortController();
  readonly #entries: Entry[] = [];
  readonly #previous = new Map<string, string | null>();
  #cancelled: CancelReason | undefined;
  /** Nothing more is said: a mind or a voice that did not notice the end speaks to nobody. */
  #done = false;
  #message: MessageWriter | undefined;
  #read: ReadInput | undefined;
  #characters = 0;
  #pieces = 0;

  /** `gone`: nobody listens any more. */
  constructor(cloud: Cloud, send: Send, plan: ResponsePlan, adopt: Adopt, gone: AbortSignal) {
    this.#gone = gone;
    this.id = cloud.id('resp_');
    this.#cloud = cloud;
    this.#plan = plan;
    this.#adopt = adopt;
    this.#send = (event) => {
      if (!this.#done) send(event);
    };
  }

  /** Length of the audio that went out. */
  get audioMs(): number {
    return this.#entries.reduce((sum, { audioMs }) => sum + audioMs, 0);
  }

  /** Known when it is done. */
  get read(): ReadInput | undefined {
    return this.#read;
  }

  /** Writes to the session's conversation. */
  get inConversation(): boolean {
    return this.#plan.conversationId !== null;
  }

  cancel(reason: CancelReason): void {
    this.#cancelled ??= reason;
    this.#abort.abort();
  }

  /** Produces the response, from `response.created` to `response.done`. Never rejects. */
  async run(): Promise<void> {
    this.#send({ type: 'response.created', response: this.#resource('in_progress') });
    let turns: Turn[] = [];
    let outcome: Outcome;
    try {
      const { signal } = this.#abort;
      turns = await abortable(turnsOf(this.#plan.entries), signal);
      const { model, instructions, tools, toolChoice } = this.#plan;
      const outputs = think(this.#cloud, {
        model,
        instructions: instructions || undefined,
        turns,
        tools,
        toolChoice,
        signal,
      });
      outcome = await abortable(this.#produce(outputs), signal);
    } catch (error) {
      outcome = this.#cancelled ? { status: 'cancelled', details: null } : this.#failed(error);
    }
    if (this.#cancelled) {
      outcome = { status: 'cancelled', details: { type: 'cancelled', reason: this.#cancelled } };
    }
    this.#endMessage(outcome.status === 'completed' ? 'completed' : 'incomplete');
    // As in the live service, a cancelled response is active a little longer: the next one has to wait for `response.done`.
    if (this.#cancelled) await sleep(this.#cloud.clock, this.#cloud.pace.tokenMs, this.#gone);
    const { instructions, entries, cached } = this.#plan;
    this.#read = { instructions, entries, tokens: inputTokens({ turns, instructions, entries }) };
    const output = { characters: this.#characters, audioMs: this.audioMs };
    const usage = responseUsage(this.#read.tokens, cached, output);
    this.#send({ type: 'response.done', response: this.#resource(outcome.status, outcome.details, usage) });
    this.#done = true;
  }

  async #produce(outputs: AsyncIterable<MindOutput>): Promise<Outcome> {
    const { maxOutputTokens } = this.#plan;
    for await (const output of outputs) {
      if (this.#pieces === maxOutputTokens) {
        return { status: 'incomplete', details: { type: 'incomplete', reason: 'max_output_tokens' } };
      }
      this.#pieces += 1;
      if (output.type === 'text') {
        this.#message ??= this.#beginMessage();
        await this.#message.write(output.text);
      } else {
        await this.#message?.flush();
        this.#endMessage('completed');
        const remote = this.#plan.remotes.get(output.name);
        if (remote) this.#callRemote(remote, output.arguments);
        else this.#call(output.name, output.arguments);
      }
    }
    await this.#message?.flush();
    return { status: 'completed', details: null };
  }

  #failed(error: unknown): Outcome {
    const failure = serviceErrorOf(error);
    this.#cloud.tell('error', 'response-failed', { message: failure.message });
    const code = failure.code ?? 'server_error';
    return {
      status: 'failed',
      details: { type: 'failed', error: { type: failure.type, code, message: failure.message } },
    };
  }

  #beginMessage(): MessageWriter {
    const { modalities, speech } = this.#plan;
    const at = { response_id: this.id, output_index: this.#entries.length, item_id: this.#cloud.id('item_') };
    const spoken = modalities.includes('audio') ? speech : undefined;
    const message = new MessageWriter(this.#cloud, this.#send, this.#abort.signal, at, spoken);
    this.#add(message.entry);
    return message;
  }

  #endMessage(status: 'completed' | 'incomplete'): void {
    const message = this.#message;
    if (!message) return;
    this.#message = undefined;
    message.end(status);
    this.#characters += message.length;
    this.#finish(message.entry);
  }

  #call(name: string, args: string): void {
    const item: FunctionCall = {
      id: this.#cloud.id('item_'),
      object: 'realtime.item',
      type: 'function_call',
      status: 'in_progress',
      name,
      call_id: this.#cloud.id('call_'),
      arguments: '',
    };
    const entry: Entry = { item, audioMs: 0 };
    const at = {
      response_id: this.id,
      output_index: this.#entries.length,
      item_id: item.id,
      call_id: item.call_id,
    };
    this.#add(entry);
    this.#send({ type: 'response.function_call_arguments.delta', ...at, delta: args });
    this.#send({ type: 'response.function_call_arguments.done', ...at, name, arguments: args });
    item.arguments = args;
    item.status = 'completed';
    this.#characters += name.length + args.length;
    this.#finish(entry);
  }

  /** The result is not waited for: it comes when it comes, or when the client has consented. */
  #callRemote(remote: RemoteTool, args: string): void {
    const { mcp } = this.#plan;
    const { name } = remote.tool;
    const call: McpCall = {
      id: this.#cloud.id('mcp_'),
      object: 'realtime.item',
      type: 'mcp_call',
      status: 'in_progress',
      server_label: remote.serverLabel,
      name,
      arguments: '',
      approval_request_id: null,
      output: null,
      error: null,
    };
    const output_index = this.#entries.length;
    const at = { response_id: this.id, output_index, item_id: call.id };
    if (!remote.needsApproval) this.#add({ item: call, audioMs: 0 });
    this.#send({ type: 'response.mcp_call_arguments.delta', ...at, delta: args });
    this.#send({ type: 'response.mcp_call_arguments.done', ...at, arguments: args });
    call.arguments = args;
    this.#characters += name.length + args.length;
    if (!remote.needsApproval) {
      this.#send({ type: 'response.output_item.done', response_id: this.id, output_index, item: { ...call } });
      void mcp.run(call, output_index, remote);
      return;
    }
    const entry: Entry = { item: mcp.ask(call, output_index, remote), audioMs: 0 };
    this.#add(entry);
    this.#finish(entry);
  }

  #add(entry: Entry): void {
    const output_index = this.#entries.push(entry) - 1;
    const item = withoutAudio(entry.item);
    this.#send({ type: 'response.output_item.added', response_id: this.id, output_index, item });
    const previous = this.#adopt(entry);
    this.#previous.set(item.id, previous);
    if (this.inConversation) this.#send({ type: 'conversation.item.added', previous_item_id: previous, item });
  }

  #finish(entry: Entry): void {
    const item = withoutAudio(entry.item);
    const previous = this.#previous.get(item.id) ?? null;
    if (this.inConversation) this.#send({ type: 'conversation.item.done', previous_item_id: previous, item });
    const output_index = this.#entries.indexOf(entry);
    this.#send({ type: 'response.output_item.done', response_id: this.id, output_index, item });
  }

  #resource(
    status: ResponseResource['status'],
    details: StatusDetails | null = null,
    usage: ResponseUsage | null = null,
  ): ResponseResource {
    const output: Item[] = status === 'in_progress' ? [] : this.#entries.map(({ item }) => withoutAudio(item));
    const { modalities, maxOutputTokens, speech, metadata, conversationId } = this.#plan;
    return {
      object: 'realtime.response',
      id: this.id,
      status,
      status_details: details,
      output,
      conversation_id: conversationId,
      output_modalities: modalities,
      max_output_tokens: maxOutputTokens,
      audio: { output: { format: speech.format, voice: speech.voice } },
      usage,
      metadata,
    };
  }
}
