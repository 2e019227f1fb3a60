import { shortuuid } from '@livekit/agents';
import { LazyMap, LazySet } from '@patchbay/plugin-kit';
import type { AnyItemResource, McpApprovalResponseItemCreate, McpCallItem, ServerEvent } from './api-proto.ts';

/** A call that wants somebody's consent. */
export interface McpApprovalRequest {
  id: string;
  serverLabel: string;
  /** Of the tool. */
  name: string;
  /** JSON. */
  arguments: string;
}

/** Who consents: always or never, or a function that is asked each time. */
export type McpApproval = boolean | ((request: McpApprovalRequest) => boolean | Promise<boolean>);

/** What the MCP servers of a session are doing: `session.on('mcp', (event) => …)`. */
export type McpEvent =
  | { type: 'tools-listed'; serverLabel: string; tools: string[] }
  | { type: 'tools-failed'; serverLabel: string | undefined }
  | ({ type: 'approval-answered'; approve: boolean } & McpApprovalRequest)
  | ({ type: 'call-started' } & McpCall)
  | ({ type: 'call-ended'; output?: string; error?: string } & McpCall);

/** What is known of a call: a gateway may leave something out. */
export interface McpCall {
  id: string;
  serverLabel?: string;
  /** Of the tool. */
  name?: string;
  /** JSON. */
  arguments?: string;
}

/** What the calls need of their session. */
export interface McpHost {
  tell(event: McpEvent): void;
  /** Never rejects. */
  consent(request: McpApprovalRequest): Promise<boolean>;
  answer(item: McpApprovalResponseItemCreate): void;
  /** The service is busy with a call, as part of this response, or no longer is. */
  working(responseId: string, isWorking: boolean): void;
  /** Something was settled; look whether the model should go on. */
  settled(): void;
}

interface Call extends McpCall {
  responseId?: string;
  started: boolean;
  /** Its response was cut off: nobody wants to hear what comes of it. */
  isUnwanted: boolean;
}

/**
 * Tools of remote MCP servers, which the service calls itself. What is left to us is to consent where it asks, and to
 * ask for the reply: a response ends with the call, and none follows the result by itself (the SDK's own example does
 * the same: openai/openai-ruby examples/realtime/mcp_approval.rb). https://developers.openai.com/api/docs/guides/realtime-mcp
 */
export class McpCalls {
  readonly #host: McpHost;
  readonly #calls = new LazyMap<string, Call>();
  readonly #ended = new LazySet<string>();
  /** Requests that were seen, and those of them that nobody has answered. */
  readonly #requests = new LazySet<string>();
  readonly #unanswered = new LazySet<string>();
  /** Item of a list → its server. */
  readonly #lists = new LazyMap<string, string>();
  /** The response whose call ended last, while the model has not gone on from it. */
  #owed: { responseId: string | undefined } | undefined;

  constructor(host: McpHost) {
    this.#host = host;
  }

  /** A call runs, or waits for consent. */
  get busy(): boolean {
    return this.#unanswered.size > 0 || [...this.#calls.values()].some(({ started }) => started);
  }

  /** There are results that the model has not spoken about, and nothing to wait for. */
  get isReplyOwed(): boolean {
    return this.#owed !== undefined && !this.busy;
  }

  /** The reply was asked for. */
  replyAsked(): void {
    this.#owed = undefined;
  }

  received(event: ServerEvent): void {
    switch (event.type) {
      case 'response.created':
        // It reads the results there are.
        this.#owed = undefined;
        return;
      case 'response.output_item.added':
        return this.#item(event.item, event.response_id);
      case 'response.output_item.done':
        return this.#item(event.item, event.response_id, true);
      case 'conversation.item.added':
      case 'conversation.item.created':
        return this.#item(event.item);
      case 'conversation.item.done':
        return this.#item(event.item, undefined, true);
      case 'response.mcp_call_arguments.delta':
      case 'response.mcp_call_arguments.done':
        this.#call({ id: event.item_id, arguments: event.arguments }, event.response_id);
        return;
      case 'response.mcp_call.in_progress':
        return this.#started(event.item_id);
      case 'response.mcp_call.completed':
        return this.#callEnded({ id: event.item_id });
      case 'response.mcp_call.failed':
        return this.#callEnded({ id: event.item_id }, { error: 'the call failed' });
      case 'mcp_list_tools.failed':
        return this.#host.tell({ type: 'tools-failed', serverLabel: this.#lists.get(event.item_id) });
      case 'response.done':
        return this.#responseDone(event.response);
      default:
    }
  }

  /** The socket is gone, and with it what it called. */
  forget(): void {
    for (const known of [this.#calls, this.#ended, this.#requests, this.#unanswered, this.#lists]) known.clear();
    this.#owed = undefined;
  }

  #item(item: AnyItemResource | null | undefined, responseId?: string, isDone = false): void {
    if (!item?.id) return;
    if (item.type === 'message' && responseId !== undefined && this.#owed?.responseId === responseId) {
      // This response goes on by itself.
      this.#owed = undefined;
    } else if (item.type === 'mcp_list_tools') {
      this.#lists.set(item.id, item.server_label);
      const tools = item.tools ?? [];
      if (!isDone || tools.length === 0) return;
      this.#host.tell({
        type: 'tools-listed',
        serverLabel: item.server_label,
        tools: tools.map(({ name }) => name),
      });
    } else if (item.type === 'mcp_call') {
      this.#callItem(item, responseId);
    } else if (item.type === 'mcp_approval_request' && isDone) {
      const { id, server_label: serverLabel, name, arguments: args } = item;
      void this.#ask({ id, serverLabel, name, arguments: args });
    }
  }

  #callItem(item: McpCallItem, responseId: string | undefined): void {
    const { id, server_label: serverLabel, name, arguments: args, output, error } = item;
    const known = { id, serverLabel, name, ...(args ? { arguments: args } : {}) };
    if (error) this.#callEnded(known, { error: error.message ?? error.type ?? 'the call failed' });
    else if (typeof output === 'string') this.#callEnded(known, { output });
    else this.#call(known, responseId);
  }

  /** What is known of a call, and what was learned just now; nothing of one that has ended. */
  #call(learned: McpCall, responseId?: string): Call | undefined {
    if (this.#ended.has(learned.id)) return undefined;
    const call: Call = this.#calls.get(learned.id) ?? { id: learned.id, started: false, isUnwanted: false };
    call.serverLabel = learned.serverLabel ?? call.serverLabel;
    call.name = learned.name ?? call.name;
    call.arguments = learned.arguments ?? call.arguments;
    if (responseId !== undefined) call.responseId = responseId;
    this.#calls.set(call.id, call);
    return call;
  }

  #started(id: string): void {
    const call = this.#call({ id });
    if (!call || call.started) return;
    call.started = true;
    this.#host.tell({ type: 'call-started', ...shown(call) });
    if (call.responseId !== undefined) this.#host.working(call.responseId, true);
  }

  #callEnded(learned: McpCall, result: { output?: string; error?: string } = {}): void {
    const call = this.#call(learned);
    if (!call) return;
    const { responseId } = call;
    this.#calls.delete(call.id);
    this.#ended.add(call.id);
    this.#host.tell({ type: 'call-ended', ...shown(call), ...result });
    if (responseId !== undefined) this.#host.working(responseId, false);
    if (!call.isUnwanted) this.#owe(responseId);
  }

  async #ask(request: McpApprovalRequest): Promise<void> {
    if (this.#requests.has(request.id)) return;
    this.#requests.add(request.id);
    this.#unanswered.add(request.id);
    const approve = await this.#host.consent(request);
    // On another socket nobody knows the request.
    if (!this.#unanswered.delete(request.id)) return;
    this.#host.tell({ type: 'approval-answered', approve, ...request });
    const { id } = request;
    this.#host.answer({
      id: shortuuid('item_'),
      type: 'mcp_approval_response',
      approval_request_id: id,
      approve,
    });
    // There will be no call: the model should say so.
    if (!approve) this.#owe(undefined);
  }

  #owe(responseId: string | undefined): void {
    this.#owed = { responseId };
    this.#host.settled();
  }

  #responseDone({ id, status }: { id: string; status?: string }): void {
    if (status === 'cancelled') {
      for (const call of this.#calls.values()) if (call.responseId === id) call.isUnwanted = true;
      if (this.#owed?.responseId === id) this.#owed = undefined;
    }
    this.#host.settled();
  }
}

/** Whether an event tells of a call, of consent to one, or of what there is to call. */
export function isOfMcp(event: ServerEvent): boolean {
  if (event.type.includes('mcp_')) return true;
  const type: unknown = 'item' in event ? event.item?.type : undefined;
  return typeof type === 'string' && type.startsWith('mcp_');
}

function shown({ responseId: _, started: __, isUnwanted: ___, ...call }: Call): McpCall {
  return call;
}
