import type { Turn } from '../cloud.ts';
import { invalidRequest } from '../http/errors.ts';
import { arrayOf, objectOf, shown, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';

/** A conversation as the service keeps it behind a response id. */
export interface Context {
  readonly turns: readonly Turn[];
  /** Ids of all items, to find duplicates. */
  readonly itemIds: ReadonlySet<string>;
  /** Every function call's id: `true` once its output is there. */
  readonly calls: ReadonlyMap<string, boolean>;
  /** Tools that remote servers have listed. */
  readonly lists: readonly JsonObject[];
}

export const emptyContext: Context = { turns: [], itemIds: new Set(), calls: new Map(), lists: [] };

/**
 * Adds items (`input` of a request, or a response's own output) to a context. Refuses what the service refuses: an item
 * that is already there, an output without its call, a thought that led to nothing. `checkThought` refuses thoughts of
 * others.
 */
export function extendContext(context: Context, input: unknown, checkThought?: (item: JsonObject) => void): Context {
  const turns = [...context.turns];
  const itemIds = new Set(context.itemIds);
  const calls = new Map(context.calls);
  const lists = [...context.lists];
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : arrayOf(input).map(objectOf);

  for (const [index, item] of items.entries()) {
    const id = stringOf(item.id);
    if (id && itemIds.has(id)) {
      throw invalidRequest(
        `Duplicate item found with id ${id}. Remove duplicate items from your input and try again.`,
        {
          param: 'input',
        },
      );
    }
    if (id) itemIds.add(id);

    switch (item.type ?? 'message') {
      case 'message':
        turns.push(readMessage(item, index));
        break;
      case 'function_call':
        calls.set(stringOf(item.call_id) ?? '', false);
        break;
      case 'function_call_output': {
        const call = stringOf(item.call_id) ?? '';
        if (!calls.has(call)) {
          throw invalidRequest(`No tool call found for function call output with call_id ${call}.`, { param: 'input' });
        }
        calls.set(call, true);
        turns.push({ role: 'tool', text: textOf(item.output) });
        break;
      }
      case 'reasoning':
        checkThought?.(item);
        if (!followsThought(items[index + 1])) {
          throw invalidRequest(
            `Item '${id ?? ''}' of type 'reasoning' was provided without its required following item.`,
            { param: 'input' },
          );
        }
        break;
      case 'mcp_list_tools':
        lists.push(item);
        break;
      default: // calls of hosted tools, references, images: nothing that a reply depends on
    }
  }
  return { turns, itemIds, calls, lists };
}

/** What a model can have thought of. */
function followsThought(item: JsonObject | undefined): boolean {
  if (item === undefined) return false;
  const type = item.type ?? 'message';
  return type === 'message' ? item.role === 'assistant' : type !== 'function_call_output';
}

/** The service wants every call answered before it goes on. */
export function refuseUnansweredCalls(context: Context): void {
  for (const [call, answered] of context.calls) {
    if (!answered) throw invalidRequest(`No tool output found for function call ${call}.`, { param: 'input' });
  }
}

const ROLES = ['system', 'developer', 'user', 'assistant'] as const;

function readMessage(item: JsonObject, index: number): Turn {
  const role = ROLES.find((known) => known === item.role);
  if (!role) {
    throw invalidRequest(
      `Invalid value: '${shown(item.role)}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.`,
      { code: 'invalid_value', param: `input[${index}].role` },
    );
  }
  return { role, text: textOf(item.content) };
}

/** A message's text: a string, or the text parts of a list. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return arrayOf(content)
    .map((part) => stringOf(objectOf(part).text) ?? '')
    .join('');
}
