import { Future, llm, shortuuid } from '@livekit/agents';
import { LazyMap, LazySet, logger } from '@patchbay/plugin-kit';
import type { PatchbayError } from '@patchbay/ws-url';
import type { ConversationItemCreateEvent, ConversationItemDeleteEvent } from './api-proto.ts';
import { imagesOf, isConversational, itemToCreate } from './items.ts';
import type { Images } from './items.ts';

export type ContextEvent = ConversationItemCreateEvent | ConversationItemDeleteEvent;

interface PendingChange {
  event: ContextEvent;
  settled: Future;
  /** A second try, behind everything else, has been made. */
  retried: boolean;
}

/**
 * The conversation as it is meant to be on the service. A change is made here when it is sent, not when it is
 * confirmed: what a lost socket left unconfirmed is then simply replayed on the next one. Refused changes are undone.
 */
export class Conversation {
  remote: llm.RemoteChatContext = new llm.RemoteChatContext();
  readonly #images = new LazyMap<string, Images>();
  readonly #pending = new LazyMap<string, PendingChange>();
  readonly #openCalls = new LazySet<string>();
  /** Item of the picture that was shown last. */
  #picture: string | undefined;

  get chatCtx(): llm.ChatContext {
    return this.remote.toChatCtx();
  }

  /** Changes that the service has not answered yet. */
  get unsettled(): number {
    return this.#pending.size;
  }

  /**
   * The events that turn the conversation into the wanted one, in order. `isUnseen`: items that whoever made the wanted
   * one could not know; that they are missing from it means nothing.
   */
  async plan(wanted: llm.ChatContext, isUnseen: (itemId: string) => boolean): Promise<ContextEvent[]> {
    const known = this.chatCtx;
    const target = presentable(wanted, (id) => this.remote.get(id) !== null);
    const { toRemove, toCreate, toUpdate } = llm.computeChatCtxDiff(known, target);
    const events: ContextEvent[] = toRemove.filter((id) => !isUnseen(id)).map(deleteEvent);
    const create = async (previousId: string | null, id: string): Promise<void> => {
      const item = target.getById(id);
      if (!item) return;
      const images = await imagesOf(item);
      if (images.size > 0) this.#images.set(id, images);
      events.push(createEvent(item, images, previousId ?? 'root'));
    };
    for (const [previousId, id] of toCreate) await create(previousId, id);
    for (const [previousId, id] of toUpdate) {
      const item = this.remote.get(id)?.item;
      // Nothing is known of its text yet: it is audio on the service, and worth more than a text would be.
      if (item?.type === 'message' && item.content.length === 0) continue;
      events.push(deleteEvent(id));
      await create(previousId, id);
    }
    return events;
  }

  /** Makes the planned changes here. */
  apply(events: readonly ContextEvent[], wanted: llm.ChatContext): void {
    for (const event of events) {
      if (event.type === 'conversation.item.delete') this.remove(event.item_id);
      else this.insert(event.previous_item_id, wanted.getById(event.item.id));
    }
  }

  /** The change was sent: resolves when the service made it or this socket is gone, rejects when it was refused. */
  sent(event: ContextEvent): Promise<void> {
    const settled = new Future();
    this.#pending.set(event.event_id ?? '', { event, settled, retried: false });
    return settled.await;
  }

  /** The service says that it made a change; `false` if it was not asked for here. */
  confirm(type: ContextEvent['type'], itemId: string): boolean {
    for (const [eventId, { event, settled }] of this.#pending) {
      if (event.type !== type || itemIdOf(event) !== itemId) continue;
      this.#pending.delete(eventId);
      settled.resolve();
      return true;
    }
    return false;
  }

  /**
   * The service refused a change. `false`: it was none of ours. An event: send it instead, because the item before it
   * is unknown there, and a wrong place is better than a lost message.
   */
  refuse(eventId: string, error: PatchbayError, param: string | null | undefined): boolean | ContextEvent {
    const change = this.#pending.get(eventId);
    if (!change) return false;
    this.#pending.delete(eventId);
    const { event, settled, retried } = change;
    if (event.type === 'conversation.item.create') {
      if (!retried && (param === 'previous_item_id' || /previous[_ ]item/i.test(error.message))) {
        const again = { ...event, event_id: shortuuid('chat_ctx_create_'), previous_item_id: undefined };
        this.#pending.set(again.event_id, { event: again, settled, retried: true });
        return again;
      }
      this.remove(event.item.id);
    }
    settled.reject(error);
    return true;
  }

  /** The socket is gone: what is here is what the next one will be told. */
  settle(): void {
    for (const { settled } of this.#pending.values()) settled.resolve();
    this.#pending.clear();
    for (const id of this.#openCalls) this.remove(id);
    this.#openCalls.clear();
  }

  /**
   * The conversation for a fresh socket. Calls and their outputs are kept in pairs: a tool may still be running, and an
   * output without its call is refused (livekit/agents-js#1843). What has no text is not on the new socket either.
   */
  replay(): ConversationItemCreateEvent[] {
    const kept = presentable(this.chatCtx, () => false);
    const keptIds = new Set(kept.items.map((item) => item.id));
    for (const item of this.chatCtx.items) if (!keptIds.has(item.id)) this.remove(item.id);
    return kept.items.map((item) => {
      const event = createEvent(item, this.#images.get(item.id));
      void this.sent(event).catch(() => logger()?.warn({ itemId: item.id }, 'an item was refused in the replay'));
      return event;
    });
  }

  /** `root` and null: in front of everything. An unknown or missing predecessor: behind everything. */
  insert(previousId: string | null | undefined, item: llm.ChatItem | undefined): void {
    if (!item || this.remote.get(item.id)) return;
    const first = previousId === 'root' || previousId === null;
    const known = typeof previousId === 'string' && this.remote.get(previousId) !== null;
    const last = (): string | undefined => this.chatCtx.items.at(-1)?.id;
    this.remote.insert(first ? undefined : known ? previousId : last(), item);
  }

  /** The newest picture of a stream, behind everything. The one before is kept no longer, and not shown to other sockets. */
  show(message: llm.ChatMessage): ConversationItemCreateEvent {
    const former = this.#picture === undefined ? undefined : this.remote.get(this.#picture)?.item;
    if (former?.type === 'message') former.content = [];
    this.#picture = message.id;
    this.insert(undefined, message);
    return createEvent(message);
  }

  remove(itemId: string): void {
    if (this.remote.get(itemId)) this.remote.delete(itemId);
    this.#images.delete(itemId);
  }

  /** What was said, heard or written under this id. */
  setText(itemId: string, text: string): void {
    const item = this.remote.get(itemId)?.item;
    if (item?.type !== 'message') return;
    const others = item.content.filter((content) => typeof content !== 'string');
    item.content = text === '' ? others : [...others, text];
  }

  /** The model began a call; its arguments are not known yet. */
  callOpened(itemId: string): void {
    this.#openCalls.add(itemId);
  }

  callCompleted(call: llm.FunctionCall): void {
    this.#openCalls.delete(call.id);
    const known = this.remote.get(call.id)?.item;
    if (known?.type === 'function_call') known.args = call.args;
    else this.insert(undefined, call);
  }
}

/** What the service can take: no hand-offs or configuration changes, no empty messages, no outputs without a call. */
function presentable(context: llm.ChatContext, isKnown: (id: string) => boolean): llm.ChatContext {
  const calls = new Set(context.items.flatMap((item) => (item.type === 'function_call' ? [item.callId] : [])));
  const copy = context.copy();
  copy.items = context.items.filter((item) => {
    if (!isConversational(item)) return false;
    if (item.type === 'function_call_output') return calls.has(item.callId);
    return item.type !== 'message' || item.content.length > 0 || isKnown(item.id);
  });
  return copy;
}

function createEvent(item: llm.ChatItem, images?: Images, previousId?: string): ConversationItemCreateEvent {
  return {
    type: 'conversation.item.create',
    event_id: shortuuid('chat_ctx_create_'),
    previous_item_id: previousId,
    item: itemToCreate(item, images),
  };
}

function deleteEvent(itemId: string): ConversationItemDeleteEvent {
  return { type: 'conversation.item.delete', event_id: shortuuid('chat_ctx_delete_'), item_id: itemId };
}

function itemIdOf(event: ContextEvent): string {
  return event.type === 'conversation.item.delete' ? event.item_id : event.item.id;
}
