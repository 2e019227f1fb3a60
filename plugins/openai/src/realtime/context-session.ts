import { llm, shortuuid } from '@livekit/agents';
import type { ContextEvent } from './conversation.ts';
import { isMockAudio, mockAudio } from './items.ts';
import { ReceivingSession } from './receiving-session.ts';
import { VideoInput, type VideoFrame } from './video-input.ts';

/** How long a change of the conversation waits for the service. */
const contextDeadlineMs = 5_000;

const settled = Promise.resolve();

/** The conversation as we want it to be: its messages, what of them was heard, and what the model is shown. */
export abstract class ContextSession extends ReceivingSession {
  #video: VideoInput | undefined;
  #contextUpdates: Promise<unknown> = settled;

  override get chatCtx(): llm.ChatContext {
    return this.conversation.chatCtx;
  }

  /**
   * Makes the conversation on the service equal to this one. Without a socket it resolves at once: the next socket is
   * told the whole of it before anything else.
   *
   * @throws RealtimeError when the service does not answer within 5 s.
   */
  override updateChatCtx(chatCtx: llm.ChatContext): Promise<void> {
    const update = this.#contextUpdates.then(() => this.#updateChatCtx(chatCtx));
    this.#contextUpdates = update.catch(() => undefined);
    return update;
  }

  async #updateChatCtx(chatCtx: llm.ChatContext): Promise<void> {
    const { issues } = llm.validateChatContextStructure(chatCtx);
    const blocking = issues.filter(({ severity, code }) => severity === 'error' && code !== 'timestamp_order');
    if (blocking.length > 0) throw new Error(`Invalid chat context: ${blocking.map(({ code }) => code).join(', ')}`);
    const events = await this.createChatCtxUpdateEvents(chatCtx);
    this.conversation.apply(events, chatCtx);
    if (!this.link || events.length === 0) return;
    const answers = Promise.allSettled(events.map((event) => this.#sendContextEvent(event)));
    const results = await this.#within(contextDeadlineMs, answers, 'updateChatCtx timed out');
    const refused = results.filter((result) => result.status === 'rejected');
    if (refused.length > 0) {
      const reasons = refused.map(({ reason }) => String(reason));
      this.logger.warn({ reasons }, 'the service refused part of a chat context');
    }
  }

  /**
   * The events that turn the conversation on the service into this one, in order. `addMockAudio`: with a silence behind
   * it, which coaxes a model that fell into text back to speech; the next update takes it out again.
   */
  protected createChatCtxUpdateEvents(chatCtx: llm.ChatContext, addMockAudio = false): Promise<ContextEvent[]> {
    const wanted = chatCtx.copy();
    wanted.items = wanted.items.filter((item) => !isMockAudio(item.id));
    if (addMockAudio) wanted.items.push(mockAudio());
    return this.conversation.plan(wanted, (itemId) => !isMockAudio(itemId) && this.isUnseen(itemId));
  }

  #sendContextEvent(event: ContextEvent): Promise<void> {
    const answer = this.conversation.sent(event);
    this.sendEvent(event);
    return answer;
  }

  async #within<T>(deadlineMs: number, work: Promise<T>, message: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = this.clock.setTimer(() => reject(new llm.RealtimeError(message)), deadlineMs);
      void work.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  /** What the caller did not hear is taken out of the conversation. Never rejects: LiveKit does not wait for it. */
  override async truncate(options: {
    messageId: string;
    audioEndMs: number;
    modalities?: ('text' | 'audio')[];
    audioTranscript?: string;
  }): Promise<void> {
    const { messageId, audioTranscript } = options;
    const receivedMs = this.audioItems.get(messageId);
    const isAudio = options.modalities?.includes('audio') !== false && receivedMs !== undefined;
    if (!isAudio) return this.#replaceText(messageId, audioTranscript);
    // Positions that an avatar did not report are NaN, which JSON turns into null, which the service refuses.
    const heardMs = Number.isFinite(options.audioEndMs) ? Math.floor(options.audioEndMs) : 0;
    // More than was generated is refused too ("Audio content of 1200ms is already shorter than 1500ms").
    const endMs = Math.min(heardMs, Math.floor(receivedMs));
    this.truncatedItems.add(messageId);
    if (endMs <= 0) {
      this.conversation.remove(messageId);
      this.sendEvent({ type: 'conversation.item.delete', item_id: messageId });
      return;
    }
    if (audioTranscript !== undefined) this.conversation.setText(messageId, audioTranscript);
    this.sendEvent({ type: 'conversation.item.truncate', item_id: messageId, content_index: 0, audio_end_ms: endMs });
  }

  /** Text has no length in milliseconds: the item is replaced by what was heard of it. */
  async #replaceText(messageId: string, text: string | undefined): Promise<void> {
    const chatCtx = this.chatCtx;
    const index = chatCtx.indexById(messageId);
    const item = index === undefined ? undefined : chatCtx.items[index];
    if (text === undefined || index === undefined || item?.type !== 'message') return;
    chatCtx.items[index] = llm.ChatMessage.create({ ...item, content: [text] });
    try {
      await this.updateChatCtx(chatCtx);
    } catch (error) {
      this.logger.warn({ error, itemId: messageId }, 'an interrupted message could not be shortened');
    }
  }

  /**
   * Shows the model what a camera or a screen sees, as a picture of at most 1,024 pixels a side; once a second is plenty.
   * The next reply sees it. A failure is told by `error`.
   */
  pushVideo(frame: VideoFrame): void {
    if (this.ended) return;
    this.#video ??= new VideoInput(
      (picture) => this.#show(picture),
      (error) => this.fail(error),
    );
    this.#video.push(frame);
  }

  async #show(picture: string): Promise<void> {
    if (this.ended) return;
    const content = [llm.createImageContent({ image: picture })];
    const event = this.conversation.show(llm.ChatMessage.create({ id: shortuuid('item_'), role: 'user', content }));
    if (this.link) await this.#within(contextDeadlineMs, this.#sendContextEvent(event), 'a picture was not taken');
  }
}
