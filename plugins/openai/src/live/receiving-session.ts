import { llm, shortuuid } from '@livekit/agents';
import { audioFrameOf, DuplexSessionBase, guardedEmit, logger } from '@patchbay/plugin-kit';
import type { Frame, Link } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { Expiry, rotationAfter } from '../realtime/expiry.ts';
import { failureOf } from '../realtime/failures.ts';
import { decodeServerEvent } from '../realtime/server-events.ts';
import { BackendCalls } from './backend-calls.ts';
import type { GPTLiveModel } from './gpt-live-model.ts';
import type { ClientEvent, ErrorBody, ResponsesEvent, ServerEvent } from './gpt-live-types.ts';
import { DEFAULT_BACKEND_MODEL } from './options.ts';
import type { GPTLiveOptions } from './options.ts';
import { backendMetrics, VoiceUsage, voiceMetrics } from './usage.ts';
import { Utterances } from './utterances.ts';
import type { Fragment } from './utterances.ts';

export const SAMPLE_RATE = 24_000;
/** With no audio from us for this long, the model's time stands still, and with it every reply (livekit/agents#7239). */
const fillGapsAfterMs = 200;

/** Work that the voice hands to the application. */
export interface GPTLiveDelegation {
  /** For `appendCommentary`; means something on the socket that brought it only. */
  id: string;
  /** What the caller is saying, which the chat context may not have yet. */
  pendingTranscript: string;
}

export type GPTLiveEvents = {
  openai_server_event_received: (event: ServerEvent) => void;
  openai_client_event_queued: (event: ClientEvent | Record<string, unknown>) => void;
  delegation_created: (event: GPTLiveDelegation) => void;
};

/** What arrives from the service: sound, words, work that is handed over, what it cost, and errors. */
export abstract class ReceivingSession extends DuplexSessionBase<GPTLiveEvents> {
  protected readonly opts: GPTLiveOptions;
  /** The conversation as it is told to a fresh socket. */
  protected readonly history: llm.ChatContext = llm.ChatContext.empty();
  protected readonly utterances: Utterances;
  protected readonly calls: BackendCalls = new BackendCalls();
  /** Delegations of this socket, by id, and whether the application has begun to answer. */
  protected readonly delegations: Map<string, { isAnswered: boolean }> = new Map();
  readonly #liveModel: GPTLiveModel;
  readonly #usage = new VoiceUsage();
  readonly #expiry: Expiry;
  #sessionId: string | undefined;
  #everStarted = false;
  #continuationId: string | undefined;

  constructor(model: GPTLiveModel) {
    const { maxSessionDuration, connOptions } = model._opts;
    const { timeoutMs, maxRetry } = connOptions;
    super(model, {
      sampleRate: SAMPLE_RATE,
      fillGapsAfterMs,
      stallMs: timeoutMs,
      deadlines: { dialMs: timeoutMs, firstEventMs: timeoutMs },
      reconnect: maxRetry === 0 ? false : { budget: maxRetry },
      rotation: rotationAfter(maxSessionDuration ?? Infinity),
    });
    this.#liveModel = model;
    this.opts = { ...model._opts, responsesOptions: { ...model._opts.responsesOptions } };
    this.#expiry = new Expiry(this.clock, () => this.rotate('expires soon'));
    this.utterances = new Utterances(this.clock, this.history, {
      callerStarted: () => guardedEmit(this, 'input_speech_started', {}),
      callerSaid: (transcript) => guardedEmit(this, 'input_audio_transcription_completed', transcript),
      callerStopped: () => guardedEmit(this, 'input_speech_stopped', { userTranscriptionEnabled: false }),
    });
  }

  /** The service's id of the session; another one after a reconnect. */
  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** Sends or queues a command. */
  protected abstract command(event: ClientEvent, scope?: 'epoch' | 'session'): void;
  /** The service has confirmed the start. */
  protected abstract started(link: Link): void;

  protected override isQuiet(): boolean {
    const isAnswered = [...this.delegations.values()].every((delegation) => delegation.isAnswered);
    return super.isQuiet() && this.calls.isIdle && isAnswered;
  }

  protected override received(frame: Frame, link: Link): boolean {
    const event = decodeServerEvent(frame) as ServerEvent | undefined;
    if (!event) return false;
    guardedEmit(this, 'openai_server_event_received', event);
    // Of what comes after the goodbye, only the bill matters.
    if (this._closing && event.type !== 'session.usage.updated' && event.type !== 'session.closed') return true;
    try {
      this.#handle(event, link);
    } catch (error) {
      if (PatchbayError.is(error)) throw error;
      logger(this.#liveModel.connection)?.error(
        { error, eventType: event.type },
        'an event of GPT-Live could not be handled',
      );
    }
    // An error proves nothing: some gateways accept, complain and close.
    return event.type !== 'error';
  }

  #handle(event: ServerEvent, link: Link): void {
    switch (event.type) {
      case 'session.output_audio.delta':
        if (typeof event.delta !== 'string' || event.delta === '') return;
        return this.play({
          frame: audioFrameOf(event.delta, SAMPLE_RATE),
          ...(Number.isFinite(event.start_ms) ? { startMs: event.start_ms as number } : {}),
        });
      case 'session.input_transcript.delta':
        if (typeof event.delta !== 'string' || event.delta === '') return;
        this.noteActivity();
        return this.utterances.callerFragment(event);
      case 'session.output_transcript.delta':
        return this.#modelSaid(event);
      case 'session.started':
        return this.#started(event, link);
      case 'session.delegation.created':
        return this.#delegated(event.delegation ?? {});
      case 'response.event':
        return this.#backendSaid(event.delegation_id ?? null, event.event ?? { type: '' });
      case 'session.usage.updated':
        return this.#billed(event.usage?.seconds);
      case 'session.closed':
        this.#billed(event.usage?.seconds);
        return this.#closed(event.reason ?? 'connection_lost');
      case 'error':
        return this.#errorReceived(event.error ?? {});
      default: // acknowledgements, and whatever comes next
    }
  }

  #started({ session }: Extract<ServerEvent, { type: 'session.started' }>, link: Link): void {
    if (this.isConfirmed) return;
    this.#everStarted = true;
    this.#sessionId = session?.id ? this.#liveModel.connection.scrub(session.id) : undefined;
    this.#expiry.told(session ?? undefined);
    this.noteActivity();
    this.started(link);
    this.confirmed();
  }

  #modelSaid(event: Fragment): void {
    if (typeof event.delta !== 'string' || event.delta === '') return;
    this.noteActivity();
    this.utterances.modelFragment(event);
    guardedEmit(this, 'transcript_delta', {
      text: event.delta,
      ...(event.start_ms == null ? {} : { startMs: event.start_ms }),
      ...(event.end_ms == null ? {} : { endMs: event.end_ms }),
    } satisfies llm.DuplexOutputTranscriptDelta);
  }

  // Work that is handed over.

  #delegated({ id, target }: { id?: string | null; target?: string | null }): void {
    this.noteActivity();
    if (target !== 'client') return;
    if (!id) return logger()?.warn({}, 'a delegation without an id cannot be answered');
    this.delegations.set(id, { isAnswered: false });
    const delegation: GPTLiveDelegation = { id, pendingTranscript: this.utterances.callerText };
    if (guardedEmit(this, 'delegation_created', delegation)) return;
    logger()?.warn({}, 'nobody listens for delegation_created: what the caller asks for is not answered');
  }

  #backendSaid(delegationId: string | null, event: ResponsesEvent): void {
    this.noteActivity();
    switch (event.type) {
      case 'response.created':
        return this.calls.began(delegationId);
      case 'response.output_item.done':
        return this.#called(delegationId, event.item ?? {});
      case 'response.completed':
        this.calls.completed(delegationId);
        break;
      case 'response.failed':
      case 'response.incomplete':
      case 'response.cancelled':
      case 'error':
        this.calls.failed(delegationId);
        logger()?.warn({ type: event.type }, 'a response of the GPT-Live backend did not complete');
        break;
      default:
        return;
    }
    this.#tellBackendUsage(event.response);
    this.continueBackend();
  }

  #called(delegationId: string | null, item: NonNullable<ResponsesEvent['item']>): void {
    if (item.type !== 'function_call') return;
    const { id, call_id: callId, name } = item;
    if (!callId || !name) return logger()?.warn({}, 'a function call without a name or an id cannot be made');
    if (!this.calls.called(delegationId, callId)) return;
    // Without parameters, some models send nothing at all.
    const call = new llm.FunctionCall({ id: id ?? shortuuid('fc_'), callId, name, args: item.arguments || '{}' });
    this.history.insert(call);
    guardedEmit(this, 'function_call', call);
  }

  /** Lets the backend go on when it has everything it asked for. */
  protected continueBackend(): void {
    if (!this.calls.takeContinuation()) return;
    this.#continuationId = shortuuid('response_create_');
    this.command({ type: 'response.create', event_id: this.#continuationId });
  }

  // What it cost.

  #billed(seconds: unknown): void {
    const elapsedMs = this.#usage.since(seconds);
    if (elapsedMs === undefined) return;
    guardedEmit(this, 'metrics_collected', voiceMetrics(this.#source(), this.#sessionId ?? '', elapsedMs));
  }

  #tellBackendUsage(response: ResponsesEvent['response']): void {
    const modelName = this.opts.responsesOptions.model ?? DEFAULT_BACKEND_MODEL;
    const id = this.#liveModel.connection.scrub(response?.id ?? '');
    const metrics = backendMetrics({ ...this.#source(), modelName }, response && { ...response, id });
    if (metrics) guardedEmit(this, 'metrics_collected', metrics);
  }

  #source(): Parameters<typeof voiceMetrics>[0] {
    const { model: modelName, provider: modelProvider } = this.#liveModel;
    return { label: this.#liveModel.label(), modelName, modelProvider, timestamp: this.clock.wallClock() };
  }

  // The service itself.

  #closed(reason: NonNullable<Extract<ServerEvent, { type: 'session.closed' }>['reason']>): void {
    if (this._closing) return this.parted();
    // Ended on purpose, or because its time was up: another one takes over, and that is no failure.
    if (reason !== 'connection_lost' && reason !== 'content') return this.reconnect(`session ${reason}`);
    throw new PatchbayError('closed', `the service ended the session: ${reason}`, {
      retryable: true,
      hop: 'provider',
      providerCode: reason,
    });
  }

  #errorReceived(error: ErrorBody): void {
    const failure = failureOf(error, this.#liveModel.connection, this.#everStarted);
    // A start that is refused is refused the next time too, unless the service has a bad moment.
    if (!this.isConfirmed) throw startFailure(failure, error);
    if (!failure.retryable) throw failure;
    if (error.code === 'function_call_outputs_required' && error.client_event_id === this.#continuationId) {
      return this.calls.refused();
    }
    this.fail(failure);
  }

  protected override dropped(): void {
    this.#expiry.clear();
    this.#usage.clear();
    this.#sessionId = undefined;
    this.#continuationId = undefined;
    this.delegations.clear();
    this.calls.clear();
    this.utterances.end();
  }

  protected override finished(): void {
    const id = this.#sessionId;
    this.dropped();
    // Whose bill it was may be asked afterwards.
    this.#sessionId = id;
  }
}

function startFailure(failure: PatchbayError, { type, code }: ErrorBody): PatchbayError {
  const isPassing = type === 'server_error' || /^(server_error|rate_limit|.*overloaded|.*timeout)/.test(code ?? '');
  return new PatchbayError('provider-error', failure.message, {
    retryable: failure.retryable && isPassing,
    hop: 'provider',
    ...(failure.providerCode === undefined ? {} : { providerCode: failure.providerCode }),
  });
}
