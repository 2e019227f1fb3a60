import { llm, shortuuid } from '@livekit/agents';
import { base64Of, guardedEmit, logger, RealtimeSessionBase } from '@patchbay/plugin-kit';
import type { AudioFrame, Expectation, Frame, Link, RealtimeUsage } from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import { Expiry, rotationAfter } from '../realtime/expiry.ts';
import { failureOf, isExpiry } from '../realtime/failures.ts';
import type { RealtimeErrorBody } from '../realtime/api-proto.ts';
import { decodeServerEvent } from '../realtime/server-events.ts';
import { usageOf } from '../realtime/usage.ts';
import { TRANSLATION_SAMPLE_RATE } from './api-proto.ts';
import type { TranslationClientEvent, TranslationServerEvent } from './api-proto.ts';
import { checkTranslationOptions, configOf } from './options.ts';
import type { RealtimeTranslationOptions, RealtimeTranslationSessionOptions } from './options.ts';
import { outputFrameOf } from './output-audio.ts';
import { SourceTranscript } from './source-transcript.ts';
import { TrailingSilence } from './trailing-silence.ts';
import type { RealtimeTranslationModel } from './translation-model.ts';
import { isLoud, UntranslatedSpeech } from './untranslated-speech.ts';
import { Utterances } from './utterances.ts';

/** "Append audio in 200 ms chunks": that is what the service works in. */
const chunkMs = 200;
const silence = base64Of(new Uint8Array((TRANSLATION_SAMPLE_RATE * 2 * chunkMs) / 1_000));

/**
 * One caller's interpreter, across as many sockets as it takes. Nothing is asked of it: what the caller says comes back
 * in the other language, as generations that nobody requested, one for each utterance.
 *
 * Events beyond LiveKit's: `openai_server_event_received`, `openai_client_event_queued`, `session_reconnected` and
 * `connection`.
 */
export class RealtimeTranslationSession extends RealtimeSessionBase {
  /** The options of this session; the model's own are not touched. Holds no key. */
  _options: RealtimeTranslationOptions;
  readonly #model: RealtimeTranslationModel;
  readonly #source: SourceTranscript;
  readonly #utterances: Utterances;
  readonly #untranslated = new UntranslatedSpeech();
  readonly #trailing: TrailingSilence;
  readonly #expiry: Expiry;
  /** Updates without an answer, by their event's id, and the options to go back to; none for a socket's first. */
  readonly #updates = new Map<string, RealtimeTranslationOptions | undefined>();
  /** Audio that the service has been given since it was last accounted for: it is paid by the minute. */
  #givenMs = 0;
  /** Somebody spoke, and the service has something to say about it, if only silence. */
  #sign: Expectation | undefined;
  readonly #patienceMs: number;
  /** The socket says silence where it says nothing else. */
  #streams = false;
  #lastEventId: unknown;
  #everTranslated = false;

  constructor(model: RealtimeTranslationModel) {
    const { connOptions, maxSessionDuration, outputSegmentIdle, inputSegmentIdle } = model._options;
    const { timeoutMs, maxRetry } = connOptions;
    // An utterance is ended by a pause, long before it counts as stalled.
    const stallMs = 2 * outputSegmentIdle + timeoutMs;
    super(model, {
      sampleRate: TRANSLATION_SAMPLE_RATE,
      chunkMs,
      stall: { firstMs: stallMs, nextMs: stallMs },
      deadlines: { dialMs: timeoutMs, firstEventMs: timeoutMs },
      reconnect: maxRetry === 0 ? false : { budget: maxRetry },
      rotation: rotationAfter(maxSessionDuration),
    });
    this.#model = model;
    this.#patienceMs = 2 * timeoutMs;
    this._options = { ...model._options };
    this.#source = new SourceTranscript({
      clock: this.clock,
      idleMs: inputSegmentIdle,
      tell: (line) => void guardedEmit(this, 'input_audio_transcription_completed', line),
    });
    this.#utterances = new Utterances({
      clock: this.clock,
      idleMs: outputSegmentIdle,
      begin: (id) => this.startGeneration(id),
      touch: (generation, audible) => this.touchGeneration(generation, audible),
      end: (generation, cancelled) => this.endGeneration(generation, { cancelled, usage: this.#usage() }),
    });
    this.#trailing = new TrailingSilence(this.clock, chunkMs, () => this.#appendSilence());
    this.#expiry = new Expiry(this.clock, () => this.rotate('expires soon'));
  }

  /** Sends an event of your own; `openai_client_event_queued` tells of it. */
  sendEvent(event: TranslationClientEvent): void {
    guardedEmit(this, 'openai_client_event_queued', event);
    this.send(JSON.stringify(event));
  }

  /** Changes options of this session. Absent ones stay as they are; `null` switches a feature off. */
  override updateOptions(options: RealtimeTranslationSessionOptions & { toolChoice?: llm.ToolChoice | null }): void {
    checkTranslationOptions(options);
    const { toolChoice: _none, ...rest } = options;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const before = this._options;
    this._options = { ...before, ...(given as RealtimeTranslationSessionOptions) };
    const session = configOf(this._options);
    if (!this.link || JSON.stringify(session) === JSON.stringify(configOf(before))) return;
    const eventId = shortuuid('options_update_');
    this.#updates.set(eventId, before);
    this.sendEvent({ type: 'session.update', event_id: eventId, session });
  }

  // The caller.

  override pushAudio(frame: AudioFrame): void {
    if (this.ended) return;
    this.#trailing.heard();
    super.pushAudio(frame);
  }

  protected override encodeAudio(bytes: Uint8Array): Frame {
    const frame = this.#append(base64Of(bytes));
    const milliseconds = (bytes.byteLength * 500) / TRANSLATION_SAMPLE_RATE;
    const loud = isLoud(bytes);
    if (loud) this.noteActivity();
    // What is said while there is no socket waits for the next one by itself.
    if (this.link) {
      this.#untranslated.sent(frame, milliseconds, loud);
      if (loud || this.#streams) this.#sign ??= this.expectSign(this.#patienceMs);
    }
    this.#givenMs += milliseconds;
    return frame;
  }

  #append(audio: string): string {
    if (this.listenerCount('openai_client_event_queued') > 0) {
      guardedEmit(this, 'openai_client_event_queued', { type: 'session.input_audio_buffer.append', audio });
    }
    return `{"type":"session.input_audio_buffer.append","audio":"${audio}"}`;
  }

  #appendSilence(): void {
    if (!this.link) return;
    this.flushAudio();
    this.#givenMs += chunkMs;
    this.send(this.#append(silence), { audioMs: chunkMs });
  }

  /** By {@link UntranslatedSpeech}; what waited in the session below as well would be said twice. */
  protected override get repeatedAudioMs(): number {
    return this.#untranslated.repeatedMs;
  }

  /** There is nothing to commit to: every sound is translated as it comes. */
  override async commitAudio(): Promise<void> {
    this.flushAudio();
  }

  /** What the service has heard it will translate; what it has not is forgotten. */
  override async clearAudio(): Promise<void> {
    this.resetAudio();
  }

  // The service.

  protected override received(frame: Frame): boolean {
    const event = decodeServerEvent(frame) as unknown as TranslationServerEvent | undefined;
    if (!event) return false;
    this.#answered();
    // Deltas have no other name: what comes twice was said once.
    const { event_id: eventId } = event as { event_id?: unknown };
    if (typeof eventId === 'string' && eventId === this.#lastEventId) return true;
    this.#lastEventId = eventId;
    guardedEmit(this, 'openai_server_event_received', event);
    try {
      this.#handle(event);
    } catch (error) {
      if (PatchbayError.is(error)) throw error;
      logger(this.#model.connection)?.error(
        { error, eventType: event.type },
        'an event of the translation could not be handled',
      );
    }
    // An error proves nothing: some gateways accept, complain and close.
    return event.type !== 'error';
  }

  #handle(event: TranslationServerEvent): void {
    switch (event.type) {
      case 'session.created':
        return this.#expiry.told(event.session);
      case 'session.updated':
        this.#updateAnswered();
        return this.#expiry.told(event.session);
      case 'session.input_transcript.delta':
        if (typeof event.delta === 'string' && event.delta !== '') this.#source.delta(event.delta);
        return;
      case 'session.output_transcript.delta':
        if (typeof event.delta !== 'string' || event.delta.trim() === '') return;
        this.#translated();
        return this.#utterances.text(event.delta);
      case 'session.output_audio.delta': {
        const frame = outputFrameOf(event);
        if (frame && this.#utterances.audio(frame)) this.#translated();
        else if (frame) this.#streams = true;
        return;
      }
      case 'session.closed':
        // We never ask for it: whoever closes a session, closes its socket.
        throw new PatchbayError('closed', 'the service ended the translation', { retryable: true, hop: 'provider' });
      case 'error':
        return this.#errorReceived(event.error ?? {});
    }
  }

  #translated(): void {
    this.#everTranslated = true;
    this.#untranslated.answered();
    this.noteActivity();
  }

  #answered(): void {
    this.#sign?.met();
    this.#sign = undefined;
  }

  /** Answers come in the order of the updates, and do not name them. */
  #updateAnswered(): void {
    for (const eventId of this.#updates.keys()) {
      this.#updates.delete(eventId);
      return;
    }
  }

  #errorReceived(error: RealtimeErrorBody): void {
    const failure = failureOf(error, this.#model.connection, this.#everTranslated);
    if (isExpiry(error)) {
      // Between two utterances it goes unnoticed; the rest of one that is cut off is lost.
      if (this.generations.size > 0) this.fail(failure);
      return this.reconnect('session expired');
    }
    const eventId = error.event_id ?? '';
    if (this.#updates.has(eventId)) {
      const before = this.#updates.get(eventId);
      this.#updates.delete(eventId);
      if (!before) throw refusalOf(error, failure);
      this._options = before;
    }
    if (!failure.retryable) throw failure;
    this.fail(failure);
  }

  #usage(): RealtimeUsage {
    const sessionDurationMs = Math.round(this.#givenMs);
    this.#givenMs = 0;
    return { ...usageOf(undefined), sessionDurationMs };
  }

  // The socket.

  /** The configuration, and what the last socket was told in vain; then what waited. */
  protected override opened(link: Link): void {
    const eventId = shortuuid('session_update_');
    this.#updates.set(eventId, undefined);
    const update: TranslationClientEvent = {
      type: 'session.update',
      event_id: eventId,
      session: configOf(this._options),
    };
    guardedEmit(this, 'openai_client_event_queued', update);
    link.send(JSON.stringify(update));
    for (const { frame, milliseconds } of this.#untranslated.sounds()) link.send(frame, milliseconds);
  }

  protected override dropped(): void {
    this.#forgetSocket();
    if (this.#untranslated.isOwed) this.#source.restart();
    else this.#source.finish();
  }

  protected override finished(): void {
    this.#forgetSocket();
    this.#source.finish();
    this.#trailing.stop();
  }

  #forgetSocket(): void {
    this.#answered();
    this.#streams = false;
    this.#updates.clear();
    this.#expiry.clear();
    this.#utterances.drop();
  }

  // What an interpreter does not do.

  /** Empty: an interpreter remembers nothing. */
  override get chatCtx(): llm.ChatContext {
    return llm.ChatContext.empty();
  }

  override get tools(): llm.ToolContext {
    return new llm.ToolContext([]);
  }

  /** Does nothing: every agent of LiveKit has instructions, and a translation takes none. */
  override async updateInstructions(_instructions: string): Promise<void> {}

  /** Does nothing: a translation depends on nothing that was said before. */
  override async updateChatCtx(_chatCtx: llm.ChatContext): Promise<void> {}

  /** @throws RealtimeError if there is a tool among them. */
  override async updateTools(tools: llm.ToolContext): Promise<void> {
    if (Object.keys(tools.functionTools).length + tools.providerTools.length === 0) return;
    throw new llm.RealtimeError(
      'realtime.RealtimeTranslationModel calls no tools: use realtime.RealtimeModel for an agent that does, or give this one none.',
    );
  }

  /** @throws RealtimeError always: it speaks when the caller does. */
  override generateReply(_instructions?: string): Promise<llm.GenerationCreatedEvent> {
    return Promise.reject(
      new llm.RealtimeError(
        'realtime.RealtimeTranslationModel cannot be asked for a reply: it translates what the caller says, when it is said. ' +
          'Use session.say() with a TTS for words of your own, or realtime.RealtimeModel for an agent that answers.',
      ),
    );
  }

  protected override requestReply(): void {}
  protected override withdrawReply(): void {}

  /** The rest of the utterance that is being spoken is not heard; the next one is. */
  override async interrupt(): Promise<void> {
    this.#utterances.interrupt();
  }

  /** Does nothing: there is no conversation on the service that could be shortened. */
  override async truncate(_options: { messageId: string; audioEndMs: number }): Promise<void> {}
}

/** Why a socket is of no use: it would go on in the service's own language. Only a fault of the service's may pass. */
function refusalOf({ type }: RealtimeErrorBody, { message, providerCode }: PatchbayError): PatchbayError {
  return new PatchbayError('provider-error', message, {
    retryable: type === 'server_error',
    hop: 'provider',
    ...(providerCode ? { providerCode } : {}),
  });
}
