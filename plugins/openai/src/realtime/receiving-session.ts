import { llm } from '@livekit/agents';
import { guardedEmit, LazySet, logger } from '@patchbay/plugin-kit';
import type { Frame, Logger, RealtimeSettings } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type * as api from './api-proto.ts';
import { Expiry } from './expiry.ts';
import { failureOf, isBusy, isExpiry, isHarmless } from './failures.ts';
import { InputTranscripts } from './input-transcripts.ts';
import { openAIItemToLivekitItem } from './items.ts';
import { isOfMcp, type McpCalls } from './mcp.ts';
import type { RealtimeModel } from './realtime-model.ts';
import { ReplyingSession } from './replying-session.ts';
import { decodeServerEvent } from './server-events.ts';

/** Nobody spoke for the `idle_timeout_ms` of server VAD. Milliseconds of the audio that was sent. */
export interface IdleTimeoutEvent {
  itemId?: string;
  audioStartMs?: number;
  audioEndMs?: number;
}

/** What arrives from the service: the caller's words, the conversation as it grows, errors, and the model's replies. */
export abstract class ReceivingSession extends ReplyingSession {
  /** There are none until the service speaks of one. */
  protected mcp: McpCalls | undefined;
  readonly #openAIModel: RealtimeModel;
  readonly #transcripts = new InputTranscripts();
  readonly #expiry: Expiry;
  /** Items that are silence: nobody spoke for `idle_timeout_ms`. */
  readonly #silences = new LazySet<string>();

  constructor(model: RealtimeModel, settings: RealtimeSettings) {
    super(model, settings);
    this.#openAIModel = model;
    this.#expiry = new Expiry(this.clock, () => this.rotate('expires soon'));
  }

  protected abstract newMcpCalls(): McpCalls;

  protected override received(frame: Frame): boolean {
    const event = decodeServerEvent(frame);
    if (!event) return false;
    guardedEmit(this, 'openai_server_event_received', event);
    try {
      this.#handle(event);
      if (isOfMcp(event)) this.mcp ??= this.newMcpCalls();
      this.mcp?.received(event);
    } catch (error) {
      if (PatchbayError.is(error)) throw error;
      this.#log?.error({ error, eventType: event.type }, 'an event of the Realtime API could not be handled');
    }
    // An error proves nothing: some gateways accept, complain and close.
    return event.type !== 'error';
  }

  #handle(event: api.ServerEvent): void {
    switch (event.type) {
      case 'input_audio_buffer.speech_started':
        return this.handleInputAudioBufferSpeechStarted(event);
      case 'input_audio_buffer.speech_stopped':
        return this.#speechStopped();
      case 'input_audio_buffer.committed':
        return this.#turnEnded(event);
      case 'input_audio_buffer.timeout_triggered':
        return this.#idleTimedOut(event);
      case 'conversation.item.added':
      case 'conversation.item.created':
        return this.handleConversationItemCreated(event);
      case 'conversation.item.deleted':
        return this.#itemDeleted(event);
      case 'conversation.item.input_audio_transcription.delta':
        return this.#tellTranscript(this.#transcripts.delta(event));
      case 'conversation.item.input_audio_transcription.completed':
        return this.handleConversationItemInputAudioTranscriptionCompleted(event);
      case 'conversation.item.input_audio_transcription.failed':
        return this.#transcriptionFailed(event);
      case 'session.updated':
        this.configuration.accepted();
        return this.#expiry.told(event.session);
      case 'session.created':
        return this.#expiry.told(event.session);
      case 'rate_limits.updated':
        guardedEmit(this, 'rate_limits_updated', event.rate_limits);
        return;
      case 'error':
        return this.#errorReceived(event.error ?? {});
      default:
        return this.handleReply(event);
    }
  }

  // The caller.

  protected handleInputAudioBufferSpeechStarted(event: api.InputAudioBufferSpeechStartedEvent): void {
    this.turns.userSpeaking = true;
    if (event.item_id) this.#transcripts.started(event.item_id, this.clock.wallClock());
    this.noteActivity();
    guardedEmit(this, 'input_speech_started', {});
  }

  #speechStopped(): void {
    this.turns.userSpeaking = false;
    this.noteActivity();
    guardedEmit(this, 'input_speech_stopped', {
      userTranscriptionEnabled: Boolean(this._options.inputAudioTranscription),
    } satisfies llm.InputSpeechStoppedEvent);
  }

  #turnEnded({ item_id: itemId }: api.InputAudioBufferCommittedEvent): void {
    this.turns.userSpeaking = false;
    this.#transcripts.committed();
    this.committedAudio({ confirmed: true });
    this.noteActivity();
    const { turnDetection } = this._options;
    const isAnswered = turnDetection !== null && turnDetection?.create_response !== false;
    if (isAnswered || this.#silences.has(itemId)) this.turns.expectAnswer();
  }

  /** The service commits the silence as a turn and lets the model speak, whatever `create_response` says. */
  #idleTimedOut(event: api.InputAudioBufferTimeoutTriggeredEvent): void {
    this.noteActivity();
    const { item_id: itemId, audio_start_ms: audioStartMs, audio_end_ms: audioEndMs } = event;
    if (itemId) this.#silences.add(itemId);
    guardedEmit(this, 'idle_timeout', { itemId, audioStartMs, audioEndMs } satisfies IdleTimeoutEvent);
  }

  protected handleConversationItemInputAudioTranscriptionCompleted(
    event: api.ConversationItemInputAudioTranscriptionCompletedEvent,
  ): void {
    const transcript = this.#transcripts.completed(event);
    // Silence is no message of the caller's.
    if (this.#silences.has(event.item_id) && transcript.transcript.trim() === '') return;
    if (transcript.isFinal) this.conversation.setText(event.item_id, transcript.transcript);
    this.#tellTranscript(transcript);
  }

  #transcriptionFailed(event: api.ConversationItemInputAudioTranscriptionFailedEvent): void {
    const { code, message } = event.error ?? {};
    this.#log?.warn({ code, reason: message }, 'the service could not transcribe what the caller said');
    const transcript = this.#transcripts.failed(event);
    if (transcript) this.conversation.setText(event.item_id, transcript.transcript);
    this.#tellTranscript(transcript);
  }

  #tellTranscript(transcript: llm.InputTranscriptionCompleted | undefined): void {
    if (!transcript) return;
    this.noteActivity();
    guardedEmit(this, 'input_audio_transcription_completed', transcript);
  }

  /** What was said on a socket that is gone has no end to wait for: LiveKit is told what there is of it. */
  protected resetInputTurnState(): void {
    for (const transcript of this.#transcripts.drain()) {
      this.conversation.setText(transcript.itemId, transcript.transcript);
      this.#tellTranscript(transcript);
    }
    if (this.turns.userSpeaking) guardedEmit(this, 'input_speech_stopped', { userTranscriptionEnabled: false });
    this.turns.reset();
  }

  // The conversation.

  protected handleConversationItemCreated(
    event: api.ConversationItemCreatedEvent | api.ConversationItemAddedEvent,
  ): void {
    const { item, previous_item_id: previousId } = event;
    if (!item?.id) return;
    const known = this.remoteChatCtx.get(item.id) !== null;
    this.conversation.confirm('conversation.item.create', item.id);
    if (known) return;
    this.conversation.insert(previousId, openAIItemToLivekitItem(item));
    if (item.type === 'function_call') this.conversation.callOpened(item.id);
  }

  /** What the caller said a moment ago, not transcribed yet, and what is being answered: LiveKit learns of it later. */
  protected isUnseen(itemId: string): boolean {
    const item = this.remoteChatCtx.get(itemId)?.item;
    if (item?.type !== 'message') return false;
    if (item.role === 'user') return item.content.length === 0 && Boolean(this._options.inputAudioTranscription);
    return [...this.generations.values()].some(
      (generation) => generation.messages.has(itemId) && !this.sequencer.isCancelling(generation.responseId),
    );
  }

  #itemDeleted({ item_id: itemId }: api.ConversationItemDeletedEvent): void {
    this.audioItems.delete(itemId);
    this.truncatedItems.delete(itemId);
    this.#transcripts.forgetItem(itemId);
    // Ours was made here when it was sent, and an item of the same name may stand in its place by now.
    if (!this.conversation.confirm('conversation.item.delete', itemId)) this.conversation.remove(itemId);
  }

  // The service itself.

  #errorReceived(error: api.RealtimeErrorBody): void {
    const failure = failureOf(error, this.#openAIModel.connection, this.turns.everAnswered);
    if (isExpiry(error)) {
      // Between two replies it goes unnoticed; the rest of one that is cut off is lost.
      if (this.generations.size > 0) this.fail(failure);
      return this.reconnect('session expired');
    }
    const busy = isBusy(error);
    if (error.code === 'response_cancel_not_active') this.sequencer.nothingToCancel();
    const eventId = error.event_id ?? '';
    this.configuration.refused(eventId);
    const isOurs = this.sequencer.refused(eventId, busy);
    const change = this.conversation.refuse(eventId, failure, error.param);
    if (typeof change === 'object') this.sendEvent(change);
    if (!failure.retryable) throw failure;
    if (isHarmless(error) || busy || change !== false) {
      this.#log?.debug({ code: error.code }, 'the service refused something that does no harm');
      return;
    }
    if (isOurs) this.replies.reject(eventId, new llm.RealtimeError(failure.message, { cause: failure }));
    this.fail(failure);
  }

  protected override forgetSocket(): void {
    super.forgetSocket();
    this.#expiry.clear();
    this.#silences.clear();
    this.mcp?.forget();
    this.resetInputTurnState();
    this.conversation.settle();
  }

  /** For what the service said. */
  get #log(): Logger | undefined {
    return logger(this.#openAIModel.connection);
  }
}
