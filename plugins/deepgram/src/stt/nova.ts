import {
  fieldsOf,
  listOf,
  logger,
  textOf,
  type JsonMessage,
  type Speech,
  type SpeechToTextWire,
} from '@patchbay/plugin-kit';
import type { Connection } from '@patchbay/ws-url';
import { modelOf, streamQuery, type ListenOptions } from './options.ts';
import { detailsOf, msOf } from './words.ts';

/** Our name for what is being said: Deepgram has none. */
const utterance = 'utterance';

/** "Send a KeepAlive message every 3 to 5 seconds" https://developers.deepgram.com/docs/audio-keep-alive */
const keepAliveMs = 5_000;

/** Ten milliseconds: "KeepAlive messages alone will not prevent closure; you must send at least one audio message." */
const silence = new Uint8Array(320);

/** `/v1/listen`. https://developers.deepgram.com/reference/speech-to-text/listen-streaming */
export const nova: SpeechToTextWire<ListenOptions> = {
  audio: (bytes) => bytes,
  keepAlive: { everyMs: keepAliveMs, frame: (isFirst) => (isFirst ? silence : '{"type":"KeepAlive"}') },
  flush: () => '{"type":"Finalize"}',
  // "There may be a response": https://developers.deepgram.com/docs/finalize
  flushMayBeSilent: true,
  finish: () => ['{"type":"CloseStream"}'],
  // "Interim Results are typically sent every second", with words or without.
  probe: ({ options }) => (options.interimResults ? {} : undefined),
  update: (before, { options }) => (sameQuery(before, options) ? [] : 'reconnect'),
  // It is about something that we sent, and the stream goes on: a refusal by event is followed by a close.
  proves: ({ type }) => type !== 'Error',
  receive(message, speech, { connection }) {
    switch (message.type) {
      case 'SpeechStarted':
        return speech.started(utterance, msOf(message.timestamp));
      case 'Results':
        return results(message, speech, connection);
      case 'UtteranceEnd':
        return utteranceEnded(msOf(message.last_word_end), speech);
      case 'Metadata': // the last word, after CloseStream
        return speech.nothing();
      case 'Error':
        logger(connection)?.warn({ variant: message.variant, code: message.code }, 'Deepgram refused a message');
    }
  },
};

function sameQuery(before: ListenOptions, now: ListenOptions): boolean {
  return modelOf(before) === modelOf(now) && JSON.stringify(streamQuery(before)) === JSON.stringify(streamQuery(now));
}

/** It comes late: what has begun since goes on. -1 for no words. */
function utteranceEnded(endMs: number | undefined, speech: Speech): void {
  if (endMs !== undefined && endMs >= 0 && endMs < (speech.owedFromMs ?? 0)) return;
  speech.ended(utterance, endMs !== undefined && endMs < 0 ? undefined : endMs);
}

/** A segment is told again and again until it is final; some of those end what is being said. */
function results(message: JsonMessage, speech: Speech, connection: Connection): void {
  const alternative = fieldsOf(listOf(fieldsOf(message.channel).alternatives)[0]);
  const text = textOf(alternative.transcript);
  const requestId = connection.scrub(textOf(fieldsOf(message.metadata).request_id));
  const details = { ...detailsOf(alternative), ...(requestId === '' ? {} : { requestId }) };
  // "It's also possible to receive a transcript without a SpeechStarted event."
  if (text !== '') speech.started(utterance, details.startMs);
  const durationMs = msOf(message.duration) ?? 0;
  const startMs = Math.round(msOf(message.start) ?? 0);
  const endMs = startMs + durationMs;
  // Where it begins is the only name that a segment has, and nothing else that has a length begins there.
  const id = String(startMs);
  if (message.is_final !== true) return speech.interim(id, text, details);
  if (durationMs > 0 || text !== '') {
    speech.usage(id, { audioMs: durationMs, ...(requestId === '' ? {} : { requestId }) });
    speech.final(id, text, text === '' ? { endMs } : details);
  }
  if (message.speech_final === true) speech.ended(utterance, details.endMs ?? endMs);
}
