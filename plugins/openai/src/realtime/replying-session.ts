import { createTimedString, llm } from '@livekit/agents';
import { audioFrameOf, DiscardedGeneration, LazyMap, LazySet, RealtimeSessionBase } from '@patchbay/plugin-kit';
import type { MessageGeneration, RealtimeSettings, RealtimeUsage, ResponseGeneration } from '@patchbay/plugin-kit';
import type * as api from './api-proto.ts';
import { SAMPLE_RATE } from './api-proto.ts';
import type { Configuration } from './configuration.ts';
import { Conversation } from './conversation.ts';
import { responseFailure } from './failures.ts';
import { openAIItemToLivekitItem } from './items.ts';
import type { RealtimeOptions } from './options.ts';
import type { RealtimeModel } from './realtime-model.ts';
import type { ResponseSequencer } from './response-sequencer.ts';
import { Turns } from './turns.ts';
import { usageOf } from './usage.ts';

/** What the model says: its replies, from the first event of each to the last. */
export abstract class ReplyingSession extends RealtimeSessionBase {
  protected abstract readonly configuration: Configuration;
  protected abstract readonly sequencer: ResponseSequencer;
  protected readonly conversation: Conversation = new Conversation();
  /** The reply that began last. */
  protected currentGeneration: ResponseGeneration | DiscardedGeneration | undefined;
  protected readonly turns: Turns = new Turns();
  /** Items that hold audio on this socket: only they can be truncated. Milliseconds that arrived. */
  protected readonly audioItems: LazyMap<string, number> = new LazyMap();
  /** Items that were cut short: what was heard of them is known. */
  protected readonly truncatedItems: LazySet<string> = new LazySet();
  /** Responses that nobody hears, with the items they made. */
  readonly #discarded = new LazyMap<string, Set<string>>();
  readonly #openAIModel: RealtimeModel;

  constructor(model: RealtimeModel, settings: RealtimeSettings) {
    super(model, settings);
    this.#openAIModel = model;
  }

  /** @internal The options of this session; the model's own are not touched. Holds no key. */
  get _options(): Readonly<RealtimeOptions> {
    return this.configuration.settings.options;
  }

  /** Sends an event of your own; `openai_client_event_queued` tells of it. */
  abstract sendEvent(event: api.ClientEvent): void;

  protected get remoteChatCtx(): llm.RemoteChatContext {
    return this.conversation.remote;
  }

  protected handleReply(event: api.ServerEvent): void {
    switch (event.type) {
      case 'response.output_audio.delta':
      case 'response.audio.delta':
        return this.handleResponseAudioDelta(event);
      case 'response.output_audio_transcript.delta':
      case 'response.audio_transcript.delta':
        return this.#transcriptDelta(event);
      case 'response.output_text.delta':
      case 'response.text.delta':
        return this.handleResponseTextDelta(event);
      case 'response.created':
        return this.handleResponseCreated(event);
      case 'response.output_item.added':
        return this.#outputItemAdded(event);
      case 'response.content_part.added':
        return this.#contentPartAdded(event);
      case 'response.output_item.done':
        return this.#outputItemDone(event);
      case 'response.done':
        return this.#responseDone(event);
      default:
        // Ends of parts, whose item or response ends too, and events that are younger than this code.
        return this.#touch(event);
    }
  }

  protected handleResponseCreated({ response }: api.ResponseCreatedEvent): void {
    const responseId = response?.id;
    if (!responseId) return;
    const replyId = response.metadata?.client_event_id;
    const isForeign =
      replyId === undefined && this.turns.isForeign() && this.#openAIModel.connection.traits.injectsResponses === true;
    if (isForeign) {
      this.logger.debug({ responseId }, 'a response that the gateway asked for is cancelled');
      this.#discard(responseId);
      return;
    }
    // Responses outside the conversation run beside it.
    const admission = response.conversation_id === null ? 'speak' : this.sequencer.started(responseId, replyId);
    if (admission === 'discard') {
      this.logger.debug({ responseId }, 'a response that nobody waits for any more is cancelled');
      this.#discard(responseId);
      return;
    }
    this.noteActivity();
    this.turns.answered();
    this.currentGeneration = this.startGeneration(responseId, replyId);
    if (admission === 'speak-then-cancel') this.sequencer.cancelResponse(responseId);
  }

  #discard(responseId: string): void {
    this.#discarded.set(responseId, new Set());
    this.currentGeneration = new DiscardedGeneration();
    this.sequencer.cancelResponse(responseId);
  }

  /** The open reply that an event belongs to. */
  #generationOf({ response_id: responseId }: { response_id?: string }): ResponseGeneration | undefined {
    if (responseId !== undefined) return this.generations.get(responseId);
    return this.currentGeneration instanceof DiscardedGeneration ? undefined : this.currentGeneration;
  }

  #touch(event: object): void {
    if (!('response_id' in event)) return;
    const generation = this.#generationOf(event as { response_id: string });
    if (generation) this.touchGeneration(generation, false);
  }

  #outputItemAdded(event: api.ResponseOutputItemAddedEvent): void {
    const { item } = event;
    this.#discarded.get(event.response_id)?.add(item.id);
    const generation = this.#generationOf(event);
    if (!generation || !item.id) return;
    this.touchGeneration(generation, false);
    if (item.type === 'message') generation.message(item.id);
  }

  #contentPartAdded(event: api.ResponseContentPartAddedEvent): void {
    const generation = this.#generationOf(event);
    if (!generation) return;
    this.touchGeneration(generation, false);
    const isText = event.part?.type === 'text' || event.part?.type === 'output_text';
    const message = generation.message(event.item_id);
    message.decide(isText ? ['text'] : ['audio', 'text']);
    if (!isText && !this.audioItems.has(event.item_id)) this.audioItems.set(event.item_id, 0);
  }

  /** The message that is said more of, unless nothing is said or nobody wants to hear it. */
  #spokenIn(event: { response_id: string; item_id: string; delta: string }): MessageGeneration | undefined {
    const generation = this.#generationOf(event);
    if (!generation || !event.delta) return undefined;
    this.touchGeneration(generation, true);
    return generation.message(event.item_id);
  }

  protected handleResponseTextDelta(event: api.ResponseTextDeltaEvent): void {
    const message = this.#spokenIn(event);
    message?.decide(['text']);
    message?.pushText(event.delta);
  }

  #transcriptDelta(event: api.ResponseAudioTranscriptDeltaEvent): void {
    const { delta: text, start_time: startTime } = event;
    this.#spokenIn(event)?.pushText(startTime === undefined ? text : createTimedString({ text, startTime }));
  }

  protected handleResponseAudioDelta(event: api.ResponseAudioDeltaEvent): void {
    const message = this.#spokenIn(event);
    if (!message) return;
    message.pushAudio(audioFrameOf(event.delta, SAMPLE_RATE));
    this.audioItems.set(event.item_id, message.receivedAudioMs);
  }

  #outputItemDone(event: api.ResponseOutputItemDoneEvent): void {
    const generation = this.#generationOf(event);
    if (!generation) return;
    this.touchGeneration(generation, false);
    const { item } = event;
    if (item.type === 'message') {
      const message = generation.messages.get(item.id);
      message?.finish(this._options.modalities);
      if (message) this.#rememberText(item.id, message.audioTranscript);
    } else if (item.type === 'function_call' && item.status !== 'incomplete') {
      this.#functionCalled(generation, item);
    }
  }

  #functionCalled(generation: ResponseGeneration, item: api.FunctionCallItem): void {
    const call = openAIItemToLivekitItem(item);
    if (call?.type !== 'function_call' || !call.callId || !call.name) return;
    this.conversation.callCompleted(call);
    generation.pushFunctionCall(
      llm.FunctionCall.create({ id: call.id, callId: call.callId, name: call.name, args: call.args }),
    );
  }

  #responseDone({ response }: api.ResponseDoneEvent): void {
    const responseId = response?.id;
    if (!responseId) return;
    const unheard = this.#discarded.get(responseId);
    this.#discarded.delete(responseId);
    for (const itemId of unheard ?? []) this.#forgetUnheard(itemId);
    const generation = this.generations.get(responseId);
    if (generation) {
      const { status, usage } = response;
      this.endGeneration(generation, { cancelled: status === 'cancelled', usage: usageOf(usage) });
    }
    if (unheard && this.currentGeneration instanceof DiscardedGeneration) this.currentGeneration = undefined;
    this.sequencer.finished(responseId);
    const failure = responseFailure(response, this.#openAIModel.connection);
    if (failure && !failure.retryable) throw failure;
    if (failure) this.fail(failure);
  }

  /** What was never played is taken out of the conversation: the model must not think that it said it. */
  #forgetUnheard(itemId: string): void {
    if (!this.remoteChatCtx.get(itemId)) return;
    this.conversation.remove(itemId);
    this.sendEvent({ type: 'conversation.item.delete', item_id: itemId });
  }

  /** However a reply ends, what was said of it stays in the conversation. */
  protected override endGeneration(
    generation: ResponseGeneration,
    result?: { cancelled: boolean; usage: RealtimeUsage },
  ): void {
    for (const [itemId, message] of generation.messages) this.#rememberText(itemId, message.audioTranscript);
    const isCancelled = this.sequencer.isCancelling(generation.responseId);
    if (!result && !this.link && !this.ended && !isCancelled && generation.ttftMs < 0) {
      this.turns.cutShort();
      this.sequencer.cutShort(generation.responseId);
    }
    super.endGeneration(generation, result);
    if (this.currentGeneration === generation) this.currentGeneration = undefined;
  }

  /** Closes the reply that is being spoken, for a subclass that has a reason of its own. */
  protected closeCurrentGeneration(reason = 'abandoned'): void {
    const generation = this.currentGeneration;
    this.currentGeneration = undefined;
    if (!generation || generation instanceof DiscardedGeneration) return;
    this.logger.debug({ responseId: generation.responseId, reason }, 'a reply is closed before its end');
    this.endGeneration(generation);
  }

  /** A truncation may have come first: what was heard beats what was said. */
  #rememberText(itemId: string, text: string): void {
    if (text !== '' && !this.truncatedItems.has(itemId)) this.conversation.setText(itemId, text);
  }

  /** What belonged to the socket that is gone. */
  protected forgetSocket(): void {
    this.#discarded.clear();
    this.audioItems.clear();
    this.truncatedItems.clear();
    this.currentGeneration = undefined;
  }
}
