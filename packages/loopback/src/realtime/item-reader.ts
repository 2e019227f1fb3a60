import { invalidRequest, missingParameter } from '../http/errors.ts';
import type { JsonObject } from '../http/json.ts';
import type { Entry } from './conversation.ts';
import type { AudioFormat, Item, McpApprovalResponse, UserContent } from './events.ts';
import { bytesPerMs, decodeBase64 } from './audio.ts';
import { contentTypes, items } from './rules.ts';
import { check, unsupportedValue } from './schema.ts';

/** Understands audio that came as a whole. */
export type Hear = (audio: Buffer) => Promise<string>;

export interface ItemContext {
  /** Items that are there already: ids must differ, results must have their call. */
  known: readonly Entry[];
  inputFormat: AudioFormat;
  id(prefix: string): string;
  hear: Hear;
}

/** Reads an item that a client wants in the conversation, or throws the service's complaint about it. */
export function readItem(item: JsonObject, context: ItemContext, path = 'item'): Entry {
  const { type } = item;
  if (typeof type !== 'string') throw missingParameter(`${path}.type`);
  const rule = Object.hasOwn(items, type) ? items[type] : undefined;
  if (!rule) throw unsupportedValue(type, Object.keys(items), `${path}.type`);
  check(item, rule, path);
  const id = typeof item.id === 'string' ? item.id : context.id('item_');
  if (context.known.some((entry) => entry.item.id === id)) {
    throw invalidRequest(`Error adding item: an item with id '${id}' already exists.`, {
      code: 'item_create_duplicate_item_id',
      param: `${path}.id`,
    });
  }
  const head = { id, object: 'realtime.item', status: 'completed' } as const;
  if (item.type === 'function_call') {
    const { name, call_id, arguments: args } = item as { name: string; call_id?: string; arguments: string };
    return {
      item: { ...head, type: 'function_call', name, call_id: call_id ?? context.id('call_'), arguments: args },
      audioMs: 0,
    };
  }
  if (item.type === 'function_call_output') {
    const { call_id, output } = item as { call_id: string; output: string };
    if (!context.known.some((entry) => isCall(entry.item, call_id))) {
      throw invalidRequest(`Tool call ID '${call_id}' not found in conversation.`, {
        code: 'invalid_tool_call_id',
        param: `${path}.call_id`,
      });
    }
    return { item: { ...head, type: 'function_call_output', call_id, output }, audioMs: 0 };
  }
  if (item.type === 'mcp_approval_response') {
    const { approval_request_id, approve, reason } = item as unknown as McpApprovalResponse;
    const answer = { ...head, type: 'mcp_approval_response', approval_request_id, approve } as const;
    return { item: { ...answer, reason: reason ?? null }, audioMs: 0 };
  }
  return readMessage(item as unknown as Message, head, context, path);
}

interface Message {
  role: 'user' | 'assistant' | 'system';
  content: { type: string; text?: string; audio?: string; transcript?: string | null }[];
}

function readMessage(
  message: Message,
  head: Pick<Item, 'id' | 'object' | 'status'>,
  context: ItemContext,
  path: string,
): Entry {
  let heard: Promise<string> | undefined;
  let audio: Buffer | undefined;
  for (const [index, part] of message.content.entries()) {
    const allowed = contentTypes[message.role];
    if (!allowed.includes(part.type)) throw unsupportedValue(part.type, allowed, `${path}.content[${index}].type`);
    if (part.type !== 'input_audio' || part.audio === undefined) continue;
    audio = decodeBase64(part.audio, `${path}.content[${index}].audio`);
    // A deaf ear hears nothing; the item stands all the same.
    heard = context.hear(audio).catch(() => '');
  }
  const content = message.content.map(({ audio: _kept, ...part }) =>
    part.type === 'input_audio' ? { ...part, transcript: part.transcript ?? null } : part,
  ) as UserContent[];
  const item = { ...head, type: 'message', role: message.role, content } as Item;
  return { item, heard, audio, audioMs: audio ? Math.floor(audio.length / bytesPerMs(context.inputFormat)) : 0 };
}

function isCall(item: Item, callId: string): boolean {
  return item.type === 'function_call' && item.call_id === callId;
}
