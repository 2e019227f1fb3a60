import { sleep } from '../clock.ts';
import type { Cloud, McpServerTool, OfferedTool } from '../cloud.ts';
import { invalidRequest } from '../http/errors.ts';
import { arrayOf, objectOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import type { Conversation, Entry } from './conversation.ts';
import type { McpApprovalRequest, McpApprovalResponse, McpCall, McpListTools, Send } from './events.ts';

/** A tool of an MCP server as a response may call it. */
export interface RemoteTool {
  serverLabel: string;
  needsApproval: boolean;
  tool: McpServerTool;
}

/** A call that waits for the client's consent. */
interface Waiting {
  call: McpCall;
  outputIndex: number;
  remote: RemoteTool;
}

/**
 * The MCP servers of a session: what they offer, who consents, and the calls. A response ends with its call; the result
 * comes when there is one, and the client asks for the next response, as the SDK's own example does
 * (openai/openai-ruby examples/realtime/mcp_approval.rb). https://developers.openai.com/api/docs/guides/realtime-mcp
 */
export class McpServers {
  readonly #cloud: Cloud;
  readonly #send: Send;
  readonly #conversation: Conversation;
  readonly #gone: AbortSignal;
  readonly #listed = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(cloud: Cloud, send: Send, conversation: Conversation, gone: AbortSignal) {
    this.#cloud = cloud;
    this.#send = send;
    this.#conversation = conversation;
    this.#gone = gone;
  }

  /** Asks servers that are named for the first time what they offer. */
  configure(tools: unknown): void {
    for (const tool of mcpTools(tools)) {
      const label = stringOf(tool.server_label) ?? '';
      if (this.#listed.has(label)) continue;
      this.#listed.add(label);
      void this.#list(label, tool);
    }
  }

  /** The tools that these settings make available, by name. */
  available(tools: unknown): Map<string, RemoteTool> {
    const remotes = new Map<string, RemoteTool>();
    for (const config of mcpTools(tools)) {
      const serverLabel = stringOf(config.server_label) ?? '';
      for (const tool of this.#offers(serverLabel, config)) {
        remotes.set(tool.name, { serverLabel, tool, needsApproval: needsApproval(config.require_approval, tool.name) });
      }
    }
    return remotes;
  }

  /** The item by which a client is asked for its consent. */
  ask(call: McpCall, outputIndex: number, remote: RemoteTool): McpApprovalRequest {
    const id = this.#cloud.id('mcpr_');
    this.#waiting.set(id, { call: { ...call, approval_request_id: id }, outputIndex, remote });
    const { server_label, name, arguments: args } = call;
    const head = { id, object: 'realtime.item', status: 'completed' } as const;
    return { ...head, type: 'mcp_approval_request', server_label, name, arguments: args };
  }

  /** Throws the service's complaint about an answer to a question that was not asked. */
  check({ approval_request_id: id }: McpApprovalResponse): void {
    if (this.#waiting.has(id)) return;
    throw invalidRequest(`MCP approval request with id '${id}' not found.`, {
      code: 'invalid_value',
      param: 'item.approval_request_id',
    });
  }

  /** The client decided. */
  answer({ approval_request_id: id, approve }: McpApprovalResponse): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!waiting || !approve) return;
    const entry: Entry = { item: waiting.call, audioMs: 0 };
    const previous_item_id = this.#conversation.insert(entry);
    this.#send({ type: 'conversation.item.added', previous_item_id, item: structuredClone(waiting.call) });
    void this.run(waiting.call, waiting.outputIndex, waiting.remote);
  }

  /** Makes the call; its item, which stands in the conversation, gets the result. Never rejects. */
  async run(call: McpCall, outputIndex: number, { tool }: RemoteTool): Promise<void> {
    const at = { item_id: call.id, output_index: outputIndex };
    this.#send({ type: 'response.mcp_call.in_progress', ...at });
    this.#cloud.tell('mind', 'remote-tool-called', { name: call.name });
    try {
      await sleep(this.#cloud.clock, tool.durationMs ?? 0, this.#gone);
      call.output = typeof tool.result === 'string' ? tool.result : await tool.result(call.arguments);
    } catch (error) {
      call.error = { type: 'tool_execution_error', message: error instanceof Error ? error.message : String(error) };
    }
    call.status = 'completed';
    const previous_item_id = this.#conversation.previousId(call.id);
    this.#send({ type: 'conversation.item.done', previous_item_id, item: structuredClone(call) });
    this.#send({ type: call.error ? 'response.mcp_call.failed' : 'response.mcp_call.completed', ...at });
  }

  async #list(label: string, config: JsonObject): Promise<void> {
    const item: McpListTools = {
      id: this.#cloud.id('mcpl_'),
      object: 'realtime.item',
      status: 'in_progress',
      type: 'mcp_list_tools',
      server_label: label,
      tools: [],
    };
    // The answer to the update that names the server comes first.
    await Promise.resolve();
    const previous_item_id = this.#conversation.insert({ item, audioMs: 0 });
    this.#send({ type: 'conversation.item.added', previous_item_id, item: structuredClone(item) });
    this.#send({ type: 'mcp_list_tools.in_progress', item_id: item.id });
    if (!this.#server(label)) return this.#send({ type: 'mcp_list_tools.failed', item_id: item.id });
    item.status = 'completed';
    item.tools = this.#offers(label, config).map(({ name, description, parameters }) => ({
      name,
      description: description ?? null,
      input_schema: parameters ?? { type: 'object', properties: {} },
    }));
    this.#send({ type: 'conversation.item.done', previous_item_id, item: structuredClone(item) });
    this.#send({ type: 'mcp_list_tools.completed', item_id: item.id });
  }

  #server(label: string): readonly McpServerTool[] | undefined {
    const servers = this.#cloud.options.mcpServers ?? {};
    return Object.hasOwn(servers, label) ? servers[label] : undefined;
  }

  #offers(label: string, { allowed_tools: allowed }: JsonObject): McpServerTool[] {
    const names = Array.isArray(allowed) ? allowed : (objectOf(allowed).tool_names as unknown[] | undefined);
    return (this.#server(label) ?? []).filter(({ name }) => !names || names.includes(name));
  }
}

function mcpTools(tools: unknown): JsonObject[] {
  return arrayOf(tools)
    .map(objectOf)
    .filter(({ type }) => type === 'mcp');
}

/** `always` unless it is said otherwise, for all tools or for some. */
function needsApproval(setting: unknown, name: string): boolean {
  if (typeof setting === 'string') return setting !== 'never';
  const names = objectOf(objectOf(setting).never).tool_names;
  return !arrayOf(names).includes(name);
}

/** A remote tool as the mind is offered it. */
export function offered({ tool: { name, description, parameters } }: RemoteTool): OfferedTool {
  return { name, description, parameters };
}
