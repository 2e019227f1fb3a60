import type { llm } from '@livekit/agents';
import { LazyMap, meanProbability } from '@patchbay/plugin-kit';
import { logprobsIn } from '../logprobs.ts';
import type {
  ConversationItemInputAudioTranscriptionCompletedEvent,
  ConversationItemInputAudioTranscriptionDeltaEvent,
  ConversationItemInputAudioTranscriptionFailedEvent,
} from './api-proto.ts';
import type { Loose } from './loose.ts';

/** Turns whose transcript is still to come. Without transcription none ever does. */
const mostTurns = 64;

/**
 * What the caller said, as it becomes known: LiveKit wants the whole text so far each time, and a final one always,
 * also when transcription fails half-way.
 */
export class InputTranscripts {
  readonly #partials = new LazyMap<string, Map<number, string>>();
  readonly #startedAt = new LazyMap<string, number>();
  /** The item that is being said, until the service has made a turn of it. */
  #beingSaid: string | undefined;

  /** The caller began this item, at this time in milliseconds since the epoch. */
  started(itemId: string, at: number): void {
    this.#beingSaid = itemId;
    this.#startedAt.set(itemId, at);
    if (this.#startedAt.size <= mostTurns) return;
    const [oldest] = this.#startedAt.keys();
    this.forgetItem(oldest!);
  }

  /** The service has made a turn of it. */
  committed(): void {
    this.#beingSaid = undefined;
  }

  delta(event: Loose<ConversationItemInputAudioTranscriptionDeltaEvent>): llm.InputTranscriptionCompleted | undefined {
    if (!event.delta) return undefined;
    const index = event.content_index ?? 0;
    const parts = this.#partials.get(event.item_id) ?? new Map<number, string>();
    this.#partials.set(event.item_id, parts);
    const transcript = (parts.get(index) ?? '') + event.delta;
    parts.set(index, transcript);
    return this.#event(event.item_id, transcript, false);
  }

  completed(event: Loose<ConversationItemInputAudioTranscriptionCompletedEvent>): llm.InputTranscriptionCompleted {
    const isFinal = event.status !== 'in_progress';
    const result = this.#event(event.item_id, event.transcript ?? '', isFinal);
    const confidence = meanProbability(logprobsIn(event.logprobs));
    if (isFinal) this.#forget(event.item_id, event.content_index);
    return confidence === undefined ? result : { ...result, confidence };
  }

  /** The final form of what was heard before transcription failed; `undefined` if nothing was. */
  failed(
    event: Loose<ConversationItemInputAudioTranscriptionFailedEvent>,
  ): llm.InputTranscriptionCompleted | undefined {
    const partial = this.#partials.get(event.item_id)?.get(event.content_index ?? 0);
    const result = partial === undefined ? undefined : this.#event(event.item_id, partial, true);
    this.#forget(event.item_id, event.content_index);
    return result;
  }

  forgetItem(itemId: string): void {
    this.#partials.delete(itemId);
    this.#startedAt.delete(itemId);
  }

  /** What was heard of every turn whose transcript is not final, as final; nothing is left. What is no turn yet is said again. */
  drain(): llm.InputTranscriptionCompleted[] {
    if (this.#beingSaid !== undefined) this.forgetItem(this.#beingSaid);
    this.#beingSaid = undefined;
    const open = [...this.#partials].map(([itemId, parts]) => this.#event(itemId, [...parts.values()].join(''), true));
    this.#partials.clear();
    this.#startedAt.clear();
    return open;
  }

  #event(itemId: string, transcript: string, isFinal: boolean): llm.InputTranscriptionCompleted {
    const turnStartedAt = this.#startedAt.get(itemId);
    return { itemId, transcript, isFinal, ...(turnStartedAt === undefined ? {} : { turnStartedAt }) };
  }

  #forget(itemId: string, contentIndex: number | null | undefined): void {
    const parts = this.#partials.get(itemId);
    parts?.delete(contentIndex ?? 0);
    if (!parts || parts.size === 0) this.forgetItem(itemId);
  }
}
