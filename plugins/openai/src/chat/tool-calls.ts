import { randomUUID } from 'node:crypto';
import { wordsOf } from '../words.ts';
import type { ToolCallDelta } from './wire.ts';

/** A tool call, as far as its pieces have come. */
export interface AssembledCall {
  callId: string;
  name: string;
  args: string;
  extra?: Record<string, unknown>;
}

interface OpenCall {
  id: string | undefined;
  index: number | undefined;
  name: string;
  args: string;
  extra: Record<string, unknown> | undefined;
}

/**
 * Puts tool calls together from their pieces. By the book a piece has an `index`, and the first one of a call an `id`
 * and a name. Servers leave the index out (openai/openai-python#2806), give every call the same one
 * (ai-dynamo/dynamo#4723), repeat id and name in every piece, have no ids, or send arguments as an object.
 */
export class ToolCalls {
  #calls: OpenCall[] = [];
  readonly #given = new Set<string>();

  /** One piece. */
  push(delta: ToolCallDelta): void {
    const { function: called } = delta;
    if (called == null) return;
    const index = delta.index ?? undefined;
    const id = textOf(delta.id);
    const name = textOf(called.name);
    let call = this.#find(index, id, name);
    if (call === undefined) {
      // Google signs the first of several parallel calls, and wants to see that on each of them.
      call = { id, index, name: '', args: '', extra: this.#calls.at(-1)?.extra };
      this.#calls.push(call);
    }
    call.id ??= id;
    if (call.name === '') call.name = name ?? '';
    call.args += argumentsOf(called.arguments);
    if (delta.extra_content != null) call.extra = delta.extra_content;
  }

  /** Hands out what is there, in order, each call once. `cut`: the model was stopped, so what does not parse is no call. */
  take(cut: boolean): AssembledCall[] {
    const calls = this.#calls.filter(({ name, args }) => name !== '' && !(cut && !parses(args)));
    this.#calls = [];
    return calls.map(({ id, name, args, extra }) => {
      const callId = id === undefined || this.#given.has(id) ? `call_${randomUUID().replaceAll('-', '')}` : id;
      this.#given.add(callId);
      return { callId, name, args, ...(extra === undefined ? {} : { extra }) };
    });
  }

  /** The call that a piece continues. */
  #find(index: number | undefined, id: string | undefined, name: string | undefined): OpenCall | undefined {
    const near = index === undefined ? this.#calls : this.#calls.filter((call) => (call.index ?? index) === index);
    const same = id === undefined ? undefined : near.findLast((call) => call.id === id);
    const last = same ?? near.at(-1);
    if (last === undefined || same !== undefined || name === undefined || last.name === '') return last;
    // Somebody is named again: another call, unless it is the same one and its arguments are still coming.
    const another = id !== undefined && last.id !== undefined ? id !== last.id : parses(last.args);
    return another || name !== last.name ? undefined : last;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return wordsOf(value) ?? '';
}

/** No beginning of an object does: what parses has come whole. */
function parses(args: string): boolean {
  try {
    JSON.parse(args);
    return true;
  } catch {
    return false;
  }
}
