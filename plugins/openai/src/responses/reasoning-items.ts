import type { llm } from '@livekit/agents';
import { LazySet } from '@patchbay/plugin-kit';
import type { WsOutputItem } from './wire.ts';

/**
 * What a model thought before it spoke or called a tool, as the service gave it: a summary for people, and the thought
 * itself, encrypted. Kept in LiveKit's context under `extra.openai.reasoning` of the message or call that it led to,
 * so that a context that is saved and restored keeps it.
 *
 * https://developers.openai.com/api/docs/guides/reasoning#encrypted-reasoning-items
 */
export interface ReasoningItem {
  type: 'reasoning';
  id: string;
  summary: unknown[];
  encrypted_content?: string;
}

/** The reasoning item in an output item, if it is one. Its `status` and anything else is not taken back as input. */
export function reasoningIn(item: WsOutputItem): ReasoningItem | undefined {
  const { type, id, summary, encrypted_content: content } = item as Partial<Record<keyof ReasoningItem, unknown>>;
  if (type !== 'reasoning' || typeof id !== 'string') return undefined;
  return {
    type,
    id,
    summary: Array.isArray(summary) ? summary : [],
    ...(typeof content === 'string' && content !== '' ? { encrypted_content: content } : {}),
  };
}

/**
 * What an item of LiveKit's context says of the thoughts before it. Only whole ones: without its content a thought is
 * an id that another account, or the same one a month later, does not know, and the request would be refused.
 */
export function reasoningBefore(item: llm.ChatItem): ReasoningItem[] {
  const { extra } = item as { extra?: { openai?: { reasoning?: unknown } } };
  const kept: unknown = extra?.openai?.reasoning;
  if (!Array.isArray(kept)) return [];
  return kept
    .map((each) => (typeof each === 'object' && each !== null ? reasoningIn(each as WsOutputItem) : undefined))
    .filter((each): each is ReasoningItem => each?.encrypted_content !== undefined);
}

/** As many as a long call has; each is an id. */
const MAX_REFUSED = 1_000;

/**
 * Thoughts that a server would not take back: encrypted for another organisation or by another model, or damaged. They
 * are left out from then on; what they led to is in the context in words.
 */
export class RefusedReasoning {
  readonly #ids = new LazySet<string>();

  has(item: ReasoningItem): boolean {
    return this.#ids.has(item.id);
  }

  add(items: Iterable<ReasoningItem>): void {
    for (const { id } of items) this.#ids.add(id);
    for (const oldest of this.#ids) {
      if (this.#ids.size <= MAX_REFUSED) break;
      this.#ids.delete(oldest);
    }
  }
}
