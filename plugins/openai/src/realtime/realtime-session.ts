import { llm } from '@livekit/agents';
import { base64Of, guardedEmit } from '@patchbay/plugin-kit';
import type { RealtimeReply, ReplyOptions, Withdrawal } from '@patchbay/plugin-kit';
import type { Frame, Link } from '@patchbay/plugin-kit';
import { checkToolChoice } from '../check-options.ts';
import type { ClientEvent, ResponseCreateParams } from './api-proto.ts';
import { SAMPLE_RATE } from './api-proto.ts';
import { Configuration, type Settings } from './configuration.ts';
import type { ContextEvent } from './conversation.ts';
import { isMockAudio, mockAudio } from './items.ts';
import { checkSessionOptions, type RealtimeSessionOptions } from './options.ts';
import { previewEvent } from './preview-api.ts';
import type { RealtimeModel } from './realtime-model.ts';
import { ReceivingSession } from './receiving-session.ts';
import { ResponseSequencer } from './response-sequencer.ts';
import { toolChoiceOf, toolsOf } from './session-tools.ts';

/** The service refuses to commit less audio than this. */
const minCommitMs = 100;
/** How long `updateChatCtx` waits for the service. */
const contextDeadlineMs = 5_000;
/** A timer of the platform counts in 31 bits. */
const longestTimerMs = 0x7fffffff;

/**
 * One conversation with the Realtime API, across as many sockets as it takes. Configuration and context live here and
 * are told to each fresh socket; what is asked for while there is none waits.
 *
 * Events beyond LiveKit's: `openai_server_event_received`, `openai_client_event_queued`, `session_reconnected`,
 * `rate_limits_updated` and `connection`.
 */
export class RealtimeSession extends ReceivingSession {
  protected override readonly configuration: Configuration;
  protected override readonly sequencer: ResponseSequencer;
  #contextUpdates: Promise<unknown> = Promise.resolve();
  /** Something arrived since a reply was asked for. */
  #heardSinceAsked = true;

  constructor(model: RealtimeModel) {
    const { connOptions, maxSessionDuration } = model._options;
    const { timeoutMs, maxRetry } = connOptions;
    super(model, {
      sampleRate: SAMPLE_RATE,
      replyMs: timeoutMs,
      stall: { firstMs: 3 * timeoutMs, nextMs: timeoutMs },
      deadlines: { dialMs: timeoutMs, firstEventMs: timeoutMs },
      reconnect: maxRetry === 0 ? false : { budget: maxRetry },
      rotation: {
        afterMs: Math.min(maxSessionDuration, longestTimerMs),
        latestMs: Math.min(maxSessionDuration * 1.25, longestTimerMs),
      },
    });
    const { modelIn, model: name } = model.connection;
    const inBody = modelIn === 'body' || modelIn === 'both';
    this.configuration = new Configuration({ ...model._options }, inBody ? (name ?? model._options.model) : undefined);
    this.sequencer = new ResponseSequencer({
      clock: this.clock,
      isOpen: () => this.link !== undefined,
      sendCreate: (reply) => this.#sendCreate(reply),
      sendCancel: (responseId) => this.sendEvent({ type: 'response.cancel', response_id: responseId }),
      abandon: (reply) => this.#abandon(reply),
    });
  }

  override get chatCtx(): llm.ChatContext {
    return this.conversation.chatCtx;
  }

  override get tools(): llm.ToolContext {
    return this.configuration.settings.tools?.copy() ?? new llm.ToolContext([]);
  }

  override sendEvent(event: ClientEvent): void {
    const wire = this._options.apiVersion === undefined ? event : previewEvent(event);
    guardedEmit(this, 'openai_client_event_queued', wire);
    if (event.type === 'response.create' && event.response?.metadata?.client_event_id === undefined)
      this.turns.expectAnswer();
    this.send(JSON.stringify(wire));
  }

  // Configuration.

  override async updateInstructions(instructions: string): Promise<void> {
    this.#change({ instructions }, 'instructions_update_');
  }

  override async updateTools(tools: llm.ToolContext): Promise<void> {
    this.#change({ tools: tools.copy() }, 'tools_update_');
  }

  /**
   * Changes options of this session. Absent ones stay as they are; `null` switches a feature off. The service is told
   * what changed; what it refuses is undone, and told by `error`.
   *
   * @throws PatchbayError `invalid-option` that names the option, and nothing is changed.
   */
  override updateOptions(options: RealtimeSessionOptions): void {
    checkSessionOptions(options);
    const given = Object.entries(options).filter(([key, value]) => value !== undefined || key === 'toolChoice');
    const changes = Object.fromEntries(given) as RealtimeSessionOptions;
    this.#change({ options: { ...this._options, ...changes } }, 'options_update_');
  }

  /** LiveKit's start and hand-off: one `session.update` instead of two, and the context behind it. */
  override async _updateSession(
    instructions?: string,
    chatCtx?: llm.ChatContext,
    tools?: llm.ToolContext,
  ): Promise<void> {
    const changes = {
      ...(instructions === undefined ? {} : { instructions }),
      ...(tools === undefined ? {} : { tools: tools.copy() }),
    };
    this.#change(changes, 'session_update_');
    if (chatCtx === undefined) return;
    try {
      await this.updateChatCtx(chatCtx);
    } catch (error) {
      this.logger.error({ error }, 'the chat context could not be updated');
    }
  }

  #change(changes: Partial<Settings>, prefix: string): void {
    const event = this.configuration.change(changes, { prefix, isOpen: this.link !== undefined });
    if (event) this.sendEvent(event);
  }

  // Context.

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

  // Audio.

  protected override encodeAudio(bytes: Uint8Array): Frame {
    const audio = base64Of(bytes);
    if (this.listenerCount('openai_client_event_queued') > 0) {
      guardedEmit(this, 'openai_client_event_queued', { type: 'input_audio_buffer.append', audio });
    }
    return `{"type":"input_audio_buffer.append","audio":"${audio}"}`;
  }

  override async commitAudio(): Promise<void> {
    this.flushAudio();
    this.noteActivity();
    if (this.pushedAudioMs < minCommitMs) return;
    this.committedAudio();
    this.sendEvent({ type: 'input_audio_buffer.commit' });
  }

  override async clearAudio(): Promise<void> {
    this.resetAudio();
    // A fresh socket has nothing to clear.
    if (this.link) this.sendEvent({ type: 'input_audio_buffer.clear' });
  }

  override startUserActivity(): void {
    this.noteActivity();
  }

  // Replies.

  /** As LiveKit's; `toolChoice` and `tools` are those of this reply alone. */
  override async generateReply(
    instructions?: string,
    options: { signal?: AbortSignal } & ReplyOptions = {},
  ): Promise<llm.GenerationCreatedEvent> {
    checkToolChoice(options.toolChoice);
    const tools = options.tools && llm.toToolContext(options.tools);
    return super.generateReply(instructions, { ...options, tools });
  }

  protected override requestReply(reply: RealtimeReply): void {
    this.noteActivity();
    this.sequencer.request(reply);
  }

  protected override withdrawReply(reply: RealtimeReply, reason: Withdrawal): void {
    const wasSent = this.sequencer.withdraw(reply);
    // A gateway answers pings for a service that is gone; silence after a request tells.
    if (reason === 'timed-out' && wasSent && !this.#heardSinceAsked) this.reconnect('no answer to a request');
  }

  protected override received(frame: Frame): boolean {
    this.#heardSinceAsked = true;
    return super.received(frame);
  }

  override async interrupt(): Promise<void> {
    this.sequencer.cancel();
  }

  #sendCreate(reply: RealtimeReply): void {
    this.#heardSinceAsked = false;
    const response: ResponseCreateParams = { metadata: { client_event_id: reply.id } };
    // Instructions of a response replace those of the session.
    if (reply.instructions) {
      const { instructions } = this.configuration.settings;
      response.instructions = instructions ? `${instructions}\n${reply.instructions}` : reply.instructions;
    }
    if (reply.tools) response.tools = toolsOf(reply.tools as llm.ToolContext);
    if (reply.toolChoice !== undefined) response.tool_choice = toolChoiceOf(reply.toolChoice);
    this.sendEvent({ type: 'response.create', event_id: reply.id, response });
  }

  #abandon(reply: RealtimeReply): void {
    this.replies.reject(reply.id, new llm.RealtimeError('the connection was lost twice before the reply began'));
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

  // The socket.

  protected override isQuiet(): boolean {
    return super.isQuiet() && !this.turns.userSpeaking && this.sequencer.idle && this.conversation.unsettled === 0;
  }

  /** One `session.update` with everything, and the conversation so far; then what waited. */
  protected override opened(link: Link, { reconnected }: { reconnected: boolean }): void {
    const events: ClientEvent[] = [this.configuration.opened(), ...this.conversation.replay()];
    for (const event of events) {
      const wire = this._options.apiVersion === undefined ? event : previewEvent(event);
      guardedEmit(this, 'openai_client_event_queued', wire);
      link.send(JSON.stringify(wire));
    }
    this.sequencer.opened();
    if (reconnected) this.#answerWhatIsOwed();
  }

  /** The caller's turn, or a tool's result, whose answer was lost with the last socket. */
  #answerWhatIsOwed(): void {
    const last = this.chatCtx.items.at(-1);
    const isQuestion = last?.type === 'function_call_output' || (last?.type === 'message' && last.role === 'user');
    if (this.turns.takeUnanswered() && isQuestion && this.sequencer.idle) this.sendEvent({ type: 'response.create' });
  }

  protected override dropped(): void {
    this.sequencer.lost();
    this.forgetSocket();
  }

  protected override finished(): void {
    this.sequencer.close();
    this.forgetSocket();
  }
}
