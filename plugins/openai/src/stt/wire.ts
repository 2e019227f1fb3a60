import {
  base64Of,
  logger,
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
import { askLess, asksMore } from './extras.ts';
import { endsSpeechItself, wantsLogprobs, type Listening } from './options.ts';

/** Hz of the PCM that transcription sessions take. */
export const sampleRate = 24_000;

/** Names our configuration in the errors that it causes. */
const updateId = 'patchbay_session_update';
/** Names a repetition of it, of which only the answer matters. */
const probeId = 'patchbay_probe';

const appendHead = '{"type":"input_audio_buffer.append","audio":"';
const appendTail = '"}';
const commit = '{"type":"input_audio_buffer.commit"}';

type Context = SpeechToTextContext<Listening>;

/** A realtime transcription session. https://developers.openai.com/api/docs/guides/realtime-transcription */
export const transcription: SpeechToTextWire<Listening> = {
  open: (context) => [sessionUpdate(context)],
  audio: (bytes) => appendHead + base64Of(bytes) + appendTail,
  flush: ({ options }) => (endsSpeechItself(options) ? commit : undefined),
  finish: () => [commit],
  probe: (context) => ({ frame: sessionUpdate(context, probeId) }),
  update(before, context) {
    const { options, connection } = context;
    const more = asksMore(connection, options.model);
    // What a session was once told, it can be told otherwise, but not to forget.
    const forgets =
      (before.languages.length > 0 && options.languages.length === 0) ||
      (wantsLogprobs(before, more) && !wantsLogprobs(options, more)) ||
      (['delay', 'prompt', 'noiseReductionType'] as const).some(
        (name) => before[name] !== undefined && options[name] === undefined,
      );
    return before.model !== options.model || forgets ? 'reconnect' : [sessionUpdate(context)];
  },
  receive(message, speech, context) {
    const id = text(message.item_id);
    switch (message.type) {
      case 'input_audio_buffer.speech_started':
        return speech.started(id, number(message.audio_start_ms));
      case 'input_audio_buffer.speech_stopped':
        return speech.stopped(id, { atMs: number(message.audio_end_ms), trailingMs: trailingSilenceMs(context) });
      case 'input_audio_buffer.committed':
        return speech.committed(id);
      case 'conversation.item.input_audio_transcription.delta':
        return speech.delta(id, text(message.delta), { logprobs: logprobsIn(message.logprobs) });
      case 'conversation.item.input_audio_transcription.segment': {
        const speaker = text(message.speaker);
        const seconds = (number(message.end) ?? 0) - (number(message.start) ?? 0);
        return speaker === '' ? undefined : speech.spoke(id, speaker, seconds * 1000);
      }
      case 'conversation.item.input_audio_transcription.completed': {
        const { seconds, ...tokens } = usageIn(message.usage);
        speech.usage(id, { ...tokens, ...(seconds === undefined ? {} : { audioMs: seconds * 1000 }) });
        const languages = languageCodesIn(message.languages);
        return speech.final(id, text(message.transcript), { languages, logprobs: logprobsIn(message.logprobs) });
      }
      case 'conversation.item.input_audio_transcription.failed':
        if (isFatalError(message.error)) throw failureOf(record(message.error), context.connection, true);
        logger(context.connection)?.warn(
          { code: record(message.error).code },
          'a piece of speech could not be transcribed',
        );
        return speech.failed(id);
      case 'error':
        if (record(message.error).code === 'input_audio_buffer_commit_empty') return speech.nothing();
        return failed(record(message.error), speech, context);
      case 'session.updated':
      case 'transcription_session.updated':
        return speech.configured();
    }
  },
};

/** `turn_detection` is left out for models that do not know it, and the model where the URL names it. */
function sessionUpdate({ options, connection }: Context, eventId = updateId): string {
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
      ...(wantsLogprobs(options, asksMore(connection, model))
        ? { include: ['item.input_audio_transcription.logprobs'] }
        : {}),
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
function failed(error: RealtimeErrorBody, speech: Speech, context: Context): readonly Frame[] | undefined {
  const { connection, options } = context;
  const failure = failureOf(error, connection, false);
  if (isExpiry(error)) throw new PatchbayError('closed', failure.message, { retryable: true });
  const ours = refusesConfiguration(error, speech);
  if (!ours && error.type === 'invalid_request_error' && failure.retryable) {
    logger(connection)?.warn({ code: error.code }, 'the transcription service refused an event');
    return;
  }
  if (!ours) throw failure;
  const more = asksMore(connection, options.model) && options.logprobs === undefined;
  if (more && wantsLogprobs(options, true) && mayMeanInclude(error)) {
    askLess(connection, options.model);
    return [sessionUpdate(context)];
  }
  throw new PatchbayError('provider-error', failure.message, {
    retryable: false,
    hop: 'provider',
    ...(failure.providerCode === undefined ? {} : { providerCode: failure.providerCode }),
  });
}

/** The service names the field, or one that it does not know. */
function mayMeanInclude({ code, param, message }: RealtimeErrorBody): boolean {
  const names = `${text(param)} ${text(message)}`;
  return /include|logprobs/.test(names) || (text(code) === 'unknown_parameter' && text(param) === '');
}

/**
 * Relays that rewrite errors drop the event's id. Then the field tells, or the time: until the configuration is known
 * to be taken, a refusal that says nothing else is about it, since nothing else but audio was sent.
 */
function refusesConfiguration(error: RealtimeErrorBody, speech: Speech): boolean {
  if (error.event_id === updateId) return true;
  if (error.type !== 'invalid_request_error' || text(error.event_id) !== '') return false;
  const [param, code] = [text(error.param), text(error.code)];
  if (/^session(\.|$)/.test(param)) return true;
  return !speech.isConfigured && !/^(audio|item_id)/.test(param) && !code.startsWith('input_audio_buffer');
}

function record(value: unknown): JsonMessage {
  return typeof value === 'object' && value !== null ? (value as JsonMessage) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
