import type { Cloud } from '../cloud.ts';
import type { JsonObject } from '../http/json.ts';
import type { HostedCall } from './hosted.ts';

/** Writes the output of one response: thoughts, messages and calls, each with the events that announce it. */
export class OutputWriter {
  readonly #cloud: Cloud;
  readonly #event: (type: string, fields: JsonObject) => JsonObject;
  readonly #items: JsonObject[] = [];
  #message: { id: string; text: string } | undefined;
  #characters = 0;

  constructor(cloud: Cloud, event: (type: string, fields: JsonObject) => JsonObject) {
    this.#cloud = cloud;
    this.#event = event;
  }

  /** Finished items, in order. */
  get items(): readonly JsonObject[] {
    return this.#items;
  }

  /** Characters produced so far. */
  get characters(): number {
    return this.#characters;
  }

  /** Something was said. */
  get started(): boolean {
    return this.#characters > 0;
  }

  *text(delta: string): Generator<JsonObject, void, undefined> {
    this.#characters += delta.length;
    if (!this.#message) {
      this.#message = { id: this.#cloud.id('msg_'), text: '' };
      yield this.#event('response.output_item.added', {
        output_index: this.#items.length,
        item: this.#messageItem('in_progress', []),
      });
      yield this.#event('response.content_part.added', { ...this.#position(), part: textPart('') });
    }
    this.#message.text += delta;
    yield this.#event('response.output_text.delta', { ...this.#position(), delta, logprobs: [] });
  }

  /** A call ends the message before it, as an item of its own. */
  *call(name: string, args: string): Generator<JsonObject, void, undefined> {
    yield* this.endMessage('completed');
    this.#characters += args.length;
    const output_index = this.#items.length;
    const item = { id: this.#cloud.id('fc_'), type: 'function_call', call_id: this.#cloud.id('call_'), name };
    const position = { item_id: item.id, output_index };
    yield this.#event('response.output_item.added', {
      output_index,
      item: { ...item, arguments: '', status: 'in_progress' },
    });
    yield this.#event('response.function_call_arguments.delta', { ...position, delta: args });
    yield this.#event('response.function_call_arguments.done', { ...position, name, arguments: args });
    const done = { ...item, arguments: args, status: 'completed' };
    this.#items.push(done);
    yield this.#event('response.output_item.done', { output_index, item: done });
  }

  /** A thought ends the message before it; `seal` gives the form in which a client may keep it. */
  *thought(summary: string, seal: (id: string) => string | undefined): Generator<JsonObject, void, undefined> {
    yield* this.endMessage('completed');
    const output_index = this.#items.length;
    const id = this.#cloud.id('rs_');
    const part = { type: 'summary_text', text: summary };
    const position = { item_id: id, output_index, summary_index: 0 };
    yield this.#event('response.output_item.added', { output_index, item: { id, type: 'reasoning', summary: [] } });
    yield this.#event('response.reasoning_summary_part.added', { ...position, part: { ...part, text: '' } });
    yield this.#event('response.reasoning_summary_text.delta', { ...position, delta: summary });
    yield this.#event('response.reasoning_summary_text.done', { ...position, text: summary });
    yield this.#event('response.reasoning_summary_part.done', { ...position, part });
    const sealed = seal(id);
    const item = { id, type: 'reasoning', summary: [part], ...(sealed ? { encrypted_content: sealed } : {}) };
    this.#items.push(item);
    yield this.#event('response.output_item.done', { output_index, item });
  }

  /** What a hosted tool does. */
  *hosted({ added, steps, done }: HostedCall): Generator<JsonObject, void, undefined> {
    yield* this.endMessage('completed');
    const output_index = this.#items.length;
    const position = { item_id: done.id, output_index };
    yield this.#event('response.output_item.added', { output_index, item: added });
    for (const { type, fields } of steps) yield this.#event(type, { ...position, ...fields });
    this.#items.push(done);
    yield this.#event('response.output_item.done', { output_index, item: done });
  }

  *endMessage(status: 'completed' | 'incomplete'): Generator<JsonObject, void, undefined> {
    if (!this.#message) return;
    const { text } = this.#message;
    const position = this.#position();
    const item = this.#messageItem(status, [textPart(text)]);
    yield this.#event('response.output_text.done', { ...position, text, logprobs: [] });
    yield this.#event('response.content_part.done', { ...position, part: textPart(text) });
    this.#items.push(item);
    this.#message = undefined;
    yield this.#event('response.output_item.done', { output_index: position.output_index, item });
  }

  #position(): { item_id: string; output_index: number; content_index: number } {
    return { item_id: this.#message?.id ?? '', output_index: this.#items.length, content_index: 0 };
  }

  #messageItem(status: string, content: readonly JsonObject[]): JsonObject {
    return { id: this.#message?.id, type: 'message', status, role: 'assistant', content };
  }
}

function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}
