import type { Cloud, MindWork } from '../cloud.ts';
import { arrayOf, isObject, objectOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';

/** A hosted tool at work: its item, the steps that are told of it, and the item when it is done. */
export interface HostedCall {
  readonly added: JsonObject;
  readonly steps: readonly { type: string; fields?: JsonObject }[];
  readonly done: JsonObject;
  /** Nothing follows: a person has to answer first. */
  readonly waits?: boolean;
}

/** What a mind's work looks like to a client; nothing if the request offers no such tool. */
export function hostedCalls(
  cloud: Cloud,
  body: JsonObject,
  work: MindWork,
  known: readonly JsonObject[],
): HostedCall[] {
  const tools = arrayOf(body.tools).map(objectOf);
  switch (work.type) {
    case 'search': {
      const offered = tools.some((tool) => tool.type === 'web_search');
      const action = { type: 'search', query: work.query, queries: [work.query] };
      return offered ? [call(cloud, 'web_search', 'ws_', ['in_progress', 'searching', 'completed'], { action })] : [];
    }
    case 'lookup': {
      const offered = tools.some((tool) => tool.type === 'file_search');
      const fields = { queries: [work.query], results: null };
      return offered ? [call(cloud, 'file_search', 'fs_', ['in_progress', 'searching', 'completed'], fields)] : [];
    }
    case 'program': {
      const offered = tools.some((tool) => tool.type === 'code_interpreter');
      const fields = { code: work.code, container_id: cloud.id('cntr_'), outputs: null };
      const steps = ['in_progress', 'interpreting', 'completed'];
      return offered ? [call(cloud, 'code_interpreter', 'ci_', steps, fields)] : [];
    }
    case 'mcp': {
      const tool = tools.find((each) => each.type === 'mcp' && each.server_label === work.server);
      return tool ? remoteCalls(cloud, tool, work, known) : [];
    }
  }
}

function call(cloud: Cloud, kind: string, prefix: string, steps: readonly string[], fields: JsonObject): HostedCall {
  const item = { id: cloud.id(prefix), type: `${kind}_call`, ...fields };
  return {
    added: { ...item, status: 'in_progress' },
    steps: steps.map((step) => ({ type: `response.${kind}_call.${step}` })),
    done: { ...item, status: 'completed' },
  };
}

/** The list of a server's tools comes once per conversation, then the call, or the question whether it is allowed. */
function remoteCalls(
  cloud: Cloud,
  tool: JsonObject,
  { server, name, arguments: args, output = '' }: Extract<MindWork, { type: 'mcp' }>,
  known: readonly JsonObject[],
): HostedCall[] {
  const calls: HostedCall[] = [];
  if (!known.some((item) => item.type === 'mcp_list_tools' && item.server_label === server)) {
    const list = { id: cloud.id('mcpl_'), type: 'mcp_list_tools', server_label: server };
    calls.push({
      added: { ...list, tools: [] },
      steps: ['in_progress', 'completed'].map((step) => ({ type: `response.mcp_list_tools.${step}` })),
      done: { ...list, tools: [{ name, input_schema: { type: 'object' }, description: null, annotations: null }] },
    });
  }
  if (needsApproval(tool.require_approval, name)) {
    const item = { id: cloud.id('mcpr_'), type: 'mcp_approval_request', server_label: server, name, arguments: args };
    return [...calls, { added: item, steps: [], done: item, waits: true }];
  }
  const item = { id: cloud.id('mcp_'), type: 'mcp_call', server_label: server, name, approval_request_id: null };
  calls.push({
    added: { ...item, arguments: '', error: null, output: null, status: 'in_progress' },
    steps: [
      { type: 'response.mcp_call.in_progress' },
      { type: 'response.mcp_call_arguments.delta', fields: { delta: args } },
      { type: 'response.mcp_call_arguments.done', fields: { arguments: args } },
      { type: 'response.mcp_call.completed' },
    ],
    done: { ...item, arguments: args, error: null, output, status: 'completed' },
  });
  return calls;
}

/** `always` unless told otherwise. */
function needsApproval(rule: unknown, name: string): boolean {
  if (!isObject(rule)) return stringOf(rule) !== 'never';
  return !arrayOf(objectOf(rule.never).tool_names).includes(name);
}
