import { llm } from '@livekit/agents';
import { base64Of, guardedEmit } from '@patchbay/plugin-kit';
import type { RealtimeReply, RealtimeSettings, ReplyOptions, Withdrawal } from '@patchbay/plugin-kit';
import type { Frame, Link } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { checkToolChoice } from '../check-options.ts';
import type { ClientEvent, ResponseCreateParams } from './api-proto.ts';
import { SAMPLE_RATE } from './api-proto.ts';
import { Configuration, type Settings } from './configuration.ts';
import { rotationAfter } from './expiry.ts';
import { McpCalls, type McpApprovalRequest, type McpEvent } from './mcp.ts';
import { abandoned } from './failures.ts';
import { checkSessionOptions, type RealtimeOptions, type RealtimeSessionOptions } from './options.ts';
import { previewEvent } from './preview-api.ts';
import type { RealtimeModel } from './realtime-model.ts';
import { ContextSession } from './context-session.ts';
import { ResponseSequencer, type Abandonment } from './response-sequencer.ts';
import { toolChoiceOf, toolsOf } from './session-tools.ts';

/** The service refuses to commit less audio than this. */
const minCommitMs = 100;
/** How long a tool of an MCP server may work before its reply counts as stalled. */
const mcpCallMs = 60_000;

const settings = new WeakMap<RealtimeOptions, RealtimeSettings>();

/** What holds for all sessions of a model, made once for them. */
function settingsOf(options: RealtimeOptions): RealtimeSettings {
  let made = settings.get(options);
  if (made === undefined) {
    const { timeoutMs, maxRetry } = options.connOptions;
    made = {
      sampleRate: SAMPLE_RATE,
      replyMs: timeoutMs,
      repeatsSpeech: true,
      // As dashboards know it from the plugin that this one replaces.
      metricsLabel: 'openai_realtime',
      stall: { firstMs: 3 * timeoutMs, nextMs: timeoutMs },
      deadlines: { dialMs: timeoutMs, firstEventMs: timeoutMs },
      reconnect: maxRetry === 0 ? false : { budget: maxRetry },
      rotation: rotationAfter(options.maxSessionDuration),
    };
    settings.set(options, made);
  }
  return made;
}

/**
 * One conversation with the Realtime API, across as many sockets as it takes. Configuration and context live here and
 * are told to each fresh socket; what is asked for while there is none waits.
 *
 * Events beyond LiveKit's: `openai_server_event_received`, `openai_client_event_queued`, `session_reconnected`,
 * `rate_limits_updated`, `idle_timeout`, `mcp` and `connection`.
 */
export class RealtimeSession extends ContextSession {
  protected override readonly configuration: Configuration;
  /** Something arrived since a reply was asked for. */
  #heardSinceAsked = true;
  #sequencer: ResponseSequencer | undefined;

  constructor(model: RealtimeModel) {
    super(model, settingsOf(model._options));
    const { connection } = model;
    const inBody = connection.modelIn === 'body' || connection.modelIn === 'both';
    this.configuration = new Configuration(model._options, inBody ? connection.nameOf() : undefined);
  }

  /** There is none until a response is asked for, begins or ends. */
  protected override get sequencer(): ResponseSequencer {
    return (this.#sequencer ??= new ResponseSequencer({
      clock: this.clock,
      isOpen: () => this.link !== undefined,
      sendCreate: (reply) => this.#sendCreate(reply),
      sendCancel: (responseId) => this.sendEvent({ type: 'response.cancel', response_id: responseId }),
      abandon: (reply, reason) => this.#abandon(reply, reason),
    }));
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

  /** Behind a gateway that answers pings for a service that is gone. */
  protected override askForSign(): boolean {
    this.sendEvent(this.configuration.again());
    return true;
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
    if (reason === 'timed-out' && wasSent && !this.#heardSinceAsked) this.abandon('no answer to a request');
  }

  protected override received(frame: Frame): boolean {
    this.#heardSinceAsked = true;
    return super.received(frame);
  }

  override async interrupt(): Promise<void> {
    this.#sequencer?.cancel();
  }

  /** No response is asked for, or under way. */
  get #isIdle(): boolean {
    return this.#sequencer?.idle ?? true;
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

  #abandon(reply: RealtimeReply, reason: Abandonment): void {
    const error = abandoned(reason);
    const isAwaited = this.replies.reject(reply.id, error);
    // Whoever asked was told that it begins, and heard nothing.
    if (!isAwaited && reason === 'lost') this.fail(error);
  }

  // Tools of MCP servers.

  protected override newMcpCalls(): McpCalls {
    return new McpCalls({
      tell: (event) => this.#tellMcp(event),
      consent: (request) => this.#consent(request),
      answer: (item) => this.sendEvent({ type: 'conversation.item.create', item }),
      working: (responseId, isWorking) => this.#worksFor(responseId, isWorking),
      settled: () => this.#continueAfterTools(),
    });
  }

  #tellMcp(event: McpEvent): void {
    guardedEmit(this, 'mcp', event);
    if (event.type !== 'tools-failed') return;
    const server = event.serverLabel === undefined ? 'an MCP server' : `the MCP server '${event.serverLabel}'`;
    const message = `the service could not list the tools of ${server}`;
    this.fail(new PatchbayError('provider-error', message, { retryable: true, hop: 'provider' }));
  }

  async #consent(request: McpApprovalRequest): Promise<boolean> {
    const { mcpApproval = false } = this._options;
    try {
      return typeof mcpApproval === 'boolean' ? mcpApproval : await mcpApproval(request);
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  #worksFor(responseId: string, isWorking: boolean): void {
    const generation = this.generations.get(responseId);
    if (!generation) return;
    if (isWorking) this.allowSilence(generation, mcpCallMs);
    else this.expectOutput(generation);
  }

  /** The model has results that it has not spoken about; somebody else's turn, or a reply that is asked for, takes them in. */
  #continueAfterTools(): void {
    if (!this.link || !this.mcp?.isReplyOwed) return;
    if (this.turns.userSpeaking || this.replies.size > 0 || !this.#isIdle) return;
    this.mcp.replyAsked();
    const { toolChoice } = this._options;
    // A choice that demands a call demands no second one.
    const isForced = toolChoice === 'required' || typeof toolChoice === 'object';
    this.sendEvent({ type: 'response.create', ...(isForced ? { response: { tool_choice: 'auto' } } : {}) });
  }

  // The socket.

  protected override isQuiet(): boolean {
    return (
      super.isQuiet() &&
      !this.turns.userSpeaking &&
      this.#isIdle &&
      this.conversation.unsettled === 0 &&
      !this.mcp?.busy
    );
  }

  /** One `session.update` with everything, and the conversation so far; then what waited. */
  protected override opened(link: Link, { reconnected }: { reconnected: boolean }): void {
    const events: ClientEvent[] = [this.configuration.opened(), ...this.conversation.replay()];
    for (const event of events) {
      const wire = this._options.apiVersion === undefined ? event : previewEvent(event);
      guardedEmit(this, 'openai_client_event_queued', wire);
      link.send(JSON.stringify(wire));
    }
    this.#sequencer?.opened();
    if (reconnected) this.#answerWhatIsOwed();
  }

  /** The caller's turn, or a tool's result, whose answer was lost with the last socket. */
  #answerWhatIsOwed(): void {
    const last = this.chatCtx.items.at(-1);
    const isQuestion = last?.type === 'function_call_output' || (last?.type === 'message' && last.role === 'user');
    if (this.turns.takeUnanswered() && isQuestion && this.#isIdle) this.sendEvent({ type: 'response.create' });
  }

  protected override dropped(): void {
    this.#sequencer?.lost();
    this.forgetSocket();
  }

  protected override finished(): void {
    this.#sequencer?.close();
    this.forgetSocket();
  }
}
