import {
  base64Of,
  fieldsOf,
  logger,
  numberOf,
  textOf,
  type Frame,
  type JsonMessage,
  type Speech,
  type SpeechToTextContext,
  type SpeechToTextWire,
} from '@patchbay/plugin-kit';
import { PatchbayError } from '@patchbay/ws-url';
import type { RealtimeErrorBody } from '../realtime/api-proto.ts';
import { failureOf, isExpiry, isFatalError } from '../realtime/failures.ts';
import { previewUpdate, type TranscriptionUpdate } from './preview-session.ts';
import { logprobsIn } from '../logprobs.ts';
import { isRealtimeOnly, takesContextHints, takesPrompt } from './abilities.ts';
import { languageCodesIn, usageIn } from './answers.ts';
import { endsSpeechItself, type Listening } from './options.ts';
import { probeId, SocketExtras, updateId } from './socket-extras.ts';

/** Hz of the PCM that transcription sessions take. */
export const sampleRate = 24_000;

const appendHead = '{"type":"input_audio_buffer.append","audio":"';
const appendTail = '"}';
const commit = '{"type":"input_audio_buffer.commit"}';

type Context = SpeechToTextContext<Listening>;

/** A realtime transcription session of one stream. https://developers.openai.com/api/docs/guides/realtime-transcription */
export class Transcription implements SpeechToTextWire<Listening> {
  readonly #extras = new SocketExtras();

  open(context: Context): readonly Frame[] {
    this.#extras.opened();
    return [this.#configure(context)];
  }

  audio(bytes: Uint8Array): Frame {
    return appendHead + base64Of(bytes) + appendTail;
  }

  flush({ options }: Context): Frame | undefined {
    return endsSpeechItself(options) ? commit : undefined;
  }

  finish(): readonly Frame[] {
    return [commit];
  }

  probe(context: Context): { frame?: Frame } {
    return { frame: this.#configure(context, probeId) };
  }

  update(before: Readonly<Listening>, context: Context): readonly Frame[] | 'reconnect' {
    const { options } = context;
    // What a session was once told, it can be told otherwise, but not to forget.
    const forgets =
      (before.languages.length > 0 && options.languages.length === 0) ||
      (this.#extras.wantedBy(before, context) && !this.#extras.wants(context)) ||
      (['delay', 'prompt', 'noiseReductionType'] as const).some(
        (name) => before[name] !== undefined && options[name] === undefined,
      );
    return before.model !== options.model || forgets ? 'reconnect' : [this.#configure(context)];
  }

  /** One that refuses is not well: LiveKit counts its attempts. */
  proves({ type }: JsonMessage): boolean {
    return type !== 'error';
  }

  lost(speech: Speech, error: PatchbayError | undefined): boolean {
    return this.#extras.refusedByClosing(error, speech.isConfigured) && error?.retryable === false;
  }

  receive(message: JsonMessage, speech: Speech, context: Context): readonly Frame[] | undefined {
    if (message.type === 'error') {
      const error = errorIn(message);
      if (this.#extras.refusedBy(error, speech.isConfigured, context)) return [this.#configure(context)];
    }
    if (isConfirmation(message)) this.#extras.confirmed();
    hear(message, speech, context);
    return undefined;
  }

  #configure(context: Context, eventId: string = updateId): Frame {
    this.#extras.told(context);
    return sessionUpdate(context, eventId, this.#extras.wants(context));
  }
}

/** What a message tells. */
function hear(message: JsonMessage, speech: Speech, context: Context): void {
  const id = textOf(message.item_id);
  switch (message.type) {
    case 'input_audio_buffer.speech_started':
      return speech.started(id, numberOf(message.audio_start_ms));
    case 'input_audio_buffer.speech_stopped':
      return speech.stopped(id, { atMs: numberOf(message.audio_end_ms), trailingMs: trailingSilenceMs(context) });
    case 'input_audio_buffer.committed':
      return speech.committed(id);
    case 'conversation.item.input_audio_transcription.delta':
      return speech.delta(id, textOf(message.delta), { logprobs: logprobsIn(message.logprobs) });
    case 'conversation.item.input_audio_transcription.segment': {
      const speaker = textOf(message.speaker);
      const seconds = (numberOf(message.end) ?? 0) - (numberOf(message.start) ?? 0);
      return speaker === '' ? undefined : speech.spoke(id, speaker, seconds * 1000);
    }
    case 'conversation.item.input_audio_transcription.completed': {
      const { seconds, ...tokens } = usageIn(message.usage);
      speech.usage(id, { ...tokens, ...(seconds === undefined ? {} : { audioMs: seconds * 1000 }) });
      const languages = languageCodesIn(message.languages);
      return speech.final(id, textOf(message.transcript), { languages, logprobs: logprobsIn(message.logprobs) });
    }
    case 'conversation.item.input_audio_transcription.failed':
      if (isFatalError(message.error)) throw failureOf(fieldsOf(message.error), context.connection, true);
      logger(context.connection)?.warn(
        { code: fieldsOf(message.error).code },
        'a piece of speech could not be transcribed',
      );
      return speech.failed(id);
    case 'error':
      if (errorIn(message).code === 'input_audio_buffer_commit_empty') return speech.nothing();
      return failed(errorIn(message), speech, context);
  }
  if (isConfirmation(message)) speech.configured();
}

function isConfirmation({ type }: JsonMessage): boolean {
  return type === 'session.updated' || type === 'transcription_session.updated';
}

/** `turn_detection` is left out for models that do not know it, and the model where the URL names it. */
function sessionUpdate({ options, connection }: Context, eventId: string, tellsLogprobs: boolean): string {
  const { model, languages, keywords, prompt, delay, noiseReductionType, turnDetection } = options;
  const hints = takesContextHints(model)
    ? { keywords, ...(languages.length > 0 ? { languages } : {}) }
    : languages.length > 0
      ? { language: languages[0] }
      : {};
  const update: TranscriptionUpdate = {
    type: 'session.update',
    event_id: eventId,
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: sampleRate },
          transcription: {
            ...(connection.modelIn === 'url' ? {} : { model: connection.nameOf(model) }),
            ...(prompt === undefined || !takesPrompt(model) ? {} : { prompt }),
            ...(delay === undefined || !isRealtimeOnly(model) ? {} : { delay }),
            ...hints,
          },
          ...(isRealtimeOnly(model) ? {} : { turn_detection: turnDetection }),
          ...(noiseReductionType === undefined ? {} : { noise_reduction: { type: noiseReductionType } }),
        },
      },
      ...(tellsLogprobs ? { include: ['item.input_audio_transcription.logprobs'] } : {}),
    },
  };
  return JSON.stringify(connection.traits.previewRealtime === true ? previewUpdate(update) : update);
}

/** `audio_end_ms` "includes the `min_silence_duration_ms` configured in the session" (openai-node 7.57, realtime.ts). */
function trailingSilenceMs({ options: { turnDetection } }: Context): number {
  return turnDetection?.type === 'server_vad' ? (turnDetection.silence_duration_ms ?? 500) : 0;
}

/**
 * An `error` event. The session goes on after a request that was wrong, unless that was our configuration, without
 * which it would hear nothing; everything else is worth a new socket, or a person.
 */
function failed(error: RealtimeErrorBody, speech: Speech, { connection }: Context): void {
  const failure = failureOf(error, connection, false);
  if (isExpiry(error)) throw new PatchbayError('closed', failure.message, { retryable: true });
  const ours = refusesConfiguration(error, speech);
  if (!ours && error.type === 'invalid_request_error' && failure.retryable) {
    logger(connection)?.warn({ code: error.code }, 'the transcription service refused an event');
    return;
  }
  if (!ours) throw failure;
  throw new PatchbayError('provider-error', failure.message, {
    retryable: false,
    hop: 'provider',
    ...(failure.providerCode === undefined ? {} : { providerCode: failure.providerCode }),
  });
}

/**
 * Relays that rewrite errors drop the event's id. Then the field tells, or the time: until the configuration is known
 * to be taken, a refusal that says nothing else is about it, since nothing else but audio was sent.
 */
function refusesConfiguration(error: RealtimeErrorBody, speech: Speech): boolean {
  if (error.event_id === updateId) return true;
  if (error.type !== 'invalid_request_error' || textOf(error.event_id) !== '') return false;
  const [param, code] = [textOf(error.param), textOf(error.code)];
  if (/^session(\.|$)/.test(param)) return true;
  return !speech.isConfigured && !/^(audio|item_id)/.test(param) && !code.startsWith('input_audio_buffer');
}

/** Some say it in words alone. */
function errorIn({ error }: JsonMessage): RealtimeErrorBody {
  return typeof error === 'string' ? { message: error } : fieldsOf(error);
}
