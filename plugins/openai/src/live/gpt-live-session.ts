import { llm, shortuuid } from '@livekit/agents';
import { base64Of, guardedEmit, logger } from '@patchbay/plugin-kit';
import type { Frame, Link } from '@patchbay/plugin-kit';
import { orderFor } from './asking.ts';
import { choiceOf, delegationOf, toolsOf } from './delegation.ts';
import type { GPTLiveModel } from './gpt-live-model.ts';
import type { AppendType, ClientEvent, ResponsesConfig, SessionConfig } from './gpt-live-types.ts';
import { appendable, startupInput, told } from './history.ts';
import { ReceivingSession, SAMPLE_RATE } from './receiving-session.ts';

/** Louder than this, of 32,767, is more than a quiet room: -44 dBFS. */
const loudLevel = 200;

/** Which delegation is answered. */
export interface AppendOptions {
  delegationId?: string | null;
}

/**
 * One conversation with GPT-Live, across as many sockets as it takes; `Agent.duplexSession` is it.
 *
 * Events beyond LiveKit's: `delegation_created`, `openai_server_event_received`, `openai_client_event_queued` and
 * `connection`. Appends are queued and not waited for; the service confirms that it has read one, not that it was said.
 */
export class GPTLiveSession extends ReceivingSession {
  readonly #model: GPTLiveModel;
  #instructions: string | undefined;
  #tools: llm.ToolContext = llm.ToolContext.empty();
  #isMuted = false;
  /** Items of the history that still wait to be sent as what they are. */
  readonly #unsent = new Set<string>();
  #lastAskedAbout: string | undefined;

  constructor(model: GPTLiveModel) {
    super(model);
    this.#model = model;
  }

  /** The tools of the backend; a copy. */
  override get tools(): llm.ToolContext {
    return this.#tools.copy();
  }

  /** Sends an event as it is, once the session has started; what has not been sent when a socket is lost goes to the next. */
  sendEvent(event: ClientEvent | Record<string, unknown>): void {
    this.command(event, 'session');
  }

  /** A standing rule, which a new socket is told too. Long ones are sent in pieces: the service takes 500 tokens at once. */
  appendInstructions(text: string, options: AppendOptions = {}): void {
    this.#append('session.instructions.append', text, options);
  }

  /** Something to know and not to say, which a new socket is told too. */
  appendThinking(text: string, options: AppendOptions = {}): void {
    this.#append('session.thinking.append', text, options);
  }

  /** Something to say in the model's own words; with `delegationId`, the answer to that delegation. */
  appendCommentary(text: string, options: AppendOptions = {}): void {
    this.#append('session.commentary.append', text, options);
  }

  /** The model hears silence until {@link unmuteInput}, also on a new socket, and goes on speaking. */
  muteInput(): void {
    this.#mute(true);
  }

  unmuteInput(): void {
    this.#mute(false);
  }

  #mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
    // A socket that has not started is told when it has.
    if (!this.isConfirmed) return;
    this.flushAudio();
    this.command(muteEvent(isMuted));
  }

  // What LiveKit asks for.

  override async _updateInstructions(instructions: string): Promise<void> {
    if (this.isConfiguring && instructions !== this.#instructions) {
      throw new llm.RealtimeError(
        'GPT-Live takes the instructions of the voice at the start only; add to them with appendInstructions().',
      );
    }
    this.#instructions = instructions;
  }

  override async _updateTools(tools: llm.ToolContext): Promise<void> {
    const names = tools.flatten().map(({ id }) => id);
    if (this.opts.delegation === 'client' && names.length > 0) {
      throw new llm.RealtimeError(
        `With delegation: 'client' the model cannot call tools (${names.sort().join(', ')}). ` +
          "Give the agent none and answer delegation_created, or set delegation: 'responses'.",
      );
    }
    this.#tools = tools.copy();
    this.#updateBackend({ tools: toolsOf(this.#tools) });
  }

  override _updateOptions({ toolChoice }: { toolChoice?: llm.ToolChoice | null }): void {
    if (toolChoice === undefined) return;
    this.opts.responsesOptions.toolChoice = toolChoice;
    this.#updateBackend({ tool_choice: choiceOf(toolChoice) });
  }

  /** New items of the conversation: results of tools go to the backend that waits for them, everything else is told. */
  override async _appendItems(items: llm.ChatItem[]): Promise<void> {
    this.history.insert(items);
    // A socket that is yet to be configured is told with its start.
    if (!this.isConfiguring) return;
    const outputs: llm.FunctionCallOutput[] = [];
    const lines: string[] = [];
    for (const item of items) {
      if (item.type === 'function_call_output' && this.calls.answered(item.callId)) {
        outputs.push(item);
        continue;
      }
      const line = told(item);
      if (!line) continue;
      if (item.type === 'message' && line.role === 'developer') this.#tell('session.instructions.append', line.text);
      else lines.push(`${line.role}: ${line.text}`);
    }
    if (lines.length > 0) this.#tell('session.thinking.append', lines.join('\n'));
    for (const { callId, output } of outputs) {
      const item = { type: 'function_call_output', call_id: callId, output };
      this.command({ type: 'response.item.create', event_id: shortuuid('tool_output_'), item });
    }
    this.continueBackend();
  }

  override _generateReply(instructions?: string): void {
    if (this.ended) throw new llm.RealtimeError('the GPT-Live session is over', { cause: this.ended });
    this.noteActivity();
    this.appendCommentary(orderFor(instructions, instructions === undefined ? this.#justTyped() : undefined));
  }

  /** What the caller wrote last, unless it has been asked about: what he said, the model has heard. */
  #justTyped(): string | undefined {
    const last = this.history.items.at(-1);
    const isNew = last?.id !== this.#lastAskedAbout;
    this.#lastAskedAbout = last?.id;
    const isTyped = last?.type === 'message' && last.role === 'user' && last.transcriptConfidence === undefined;
    return isTyped && isNew ? last.textContent : undefined;
  }

  // The socket.

  protected override opened(link: Link): void {
    const { input, left } = startupInput(this.history.items.filter(({ id }) => !this.#unsent.has(id)));
    if (left > 0) logger()?.warn({ left }, 'GPT-Live starts with the newest part of the conversation only');
    const session: SessionConfig = {
      model: this.#model.connection.nameOf() ?? this.opts.model,
      ...(this.#instructions === undefined ? {} : { instructions: this.#instructions }),
      ...(input.length === 0 ? {} : { input }),
      audio: { format: { type: 'audio/pcm', rate: SAMPLE_RATE }, output: { voice: this.opts.voice } },
      delegation: delegationOf(this.opts, this.#tools),
    };
    const event: ClientEvent = { type: 'session.start', event_id: shortuuid('session_start_'), session };
    guardedEmit(this, 'openai_client_event_queued', event);
    link.send(JSON.stringify(event));
  }

  /** A caller who is muted stays so: before any of his audio. */
  protected override started(link: Link): void {
    this.#unsent.clear();
    if (!this.#isMuted) return;
    const event = muteEvent(true);
    guardedEmit(this, 'openai_client_event_queued', event);
    link.send(JSON.stringify(event));
  }

  protected override farewell(): Frame {
    const event: ClientEvent = { type: 'session.close' };
    guardedEmit(this, 'openai_client_event_queued', event);
    return JSON.stringify(event);
  }

  protected override encodeAudio(bytes: Uint8Array, milliseconds: number): Frame {
    this.utterances.callerSound(milliseconds, !this.#isMuted && isLoud(bytes));
    const audio = base64Of(bytes);
    if (this.listenerCount('openai_client_event_queued') > 0) {
      guardedEmit(this, 'openai_client_event_queued', { type: 'session.input_audio.append', audio });
    }
    return `{"type":"session.input_audio.append","audio":"${audio}"}`;
  }

  protected override command(event: ClientEvent | Record<string, unknown>, scope: 'epoch' | 'session' = 'epoch'): void {
    if (this.ended || this._closing) return;
    guardedEmit(this, 'openai_client_event_queued', event);
    this.send(JSON.stringify(event), { scope });
  }

  #updateBackend(responses: ResponsesConfig): void {
    // A socket that is yet to be configured gets it with its start.
    if (this.opts.delegation !== 'responses' || !this.isConfiguring) return;
    const session = { delegation: { type: 'responses', responses } } as const;
    this.command({ type: 'session.update', event_id: shortuuid('delegation_update_'), session });
  }

  /** What a user appends: rules and knowledge become part of the history, so that a new socket has them. */
  #append(type: AppendType, text: string, { delegationId = null }: AppendOptions): void {
    const delegation = delegationId === null ? undefined : this.delegations.get(delegationId);
    if (delegationId !== null && !delegation) {
      return logger()?.warn({ type }, 'an append for a delegation that is over is not sent');
    }
    // An answer may come in parts.
    if (delegation && type === 'session.commentary.append') delegation.isAnswered = true;
    if (this.ended || this._closing) return;
    const isKept = type !== 'session.commentary.append';
    if (isKept) {
      const item = new llm.ChatMessage({ role: 'developer', content: [text] });
      this.history.insert(item);
      if (!this.isConfirmed) this.#unsent.add(item.id);
    }
    // What is in the history is told to the next socket by it; what was not sent yet is sent there.
    const scope = delegationId !== null || (isKept && this.isConfirmed) ? 'epoch' : 'session';
    this.#tell(type, text, delegationId, scope);
  }

  #tell(type: AppendType, text: string, delegationId: string | null = null, scope?: 'epoch' | 'session'): void {
    for (const content of appendable(text)) {
      this.command({ type, event_id: shortuuid('append_'), delegation_id: delegationId, content }, scope);
    }
  }
}

function muteEvent(isMuted: boolean): ClientEvent {
  const type = isMuted ? 'session.input_audio.mute' : 'session.input_audio.unmute';
  return { type, event_id: shortuuid(isMuted ? 'mute_' : 'unmute_') };
}

/** By its power. */
function isLoud(bytes: Uint8Array): boolean {
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length > 0 && sum > loudLevel ** 2 * samples.length;
}
