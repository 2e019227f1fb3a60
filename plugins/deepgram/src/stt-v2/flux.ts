import { logger, meanOf, textOf, type JsonMessage, type Speech, type SpeechToTextWire } from '@patchbay/plugin-kit';
import type { Connection } from '@patchbay/ws-url';
import { failureOf } from '../failure.ts';
import { detailsOf, msOf } from '../stt/words.ts';
import { takesHints, turnQuery, type TurnOptions } from './options.ts';

/** `/v2/listen`. https://developers.deepgram.com/docs/flux/quickstart */
export const flux: SpeechToTextWire<TurnOptions> = {
  audio: (bytes) => bytes,
  flush: () => '{"type":"ForceEndTurn"}',
  // Without a turn there is a warning at most. https://developers.deepgram.com/docs/flux/force-end-turn
  flushMayBeSilent: true,
  // Without the first, a turn that has not ended is never told as one that has.
  finish: () => ['{"type":"ForceEndTurn"}', '{"type":"CloseStream"}'],
  probe: () => ({}),
  update(before, { options }) {
    const [was, is] = [parts(before), parts(options)];
    // No message takes a threshold back.
    if (was.fixed !== is.fixed || was.thresholds.some((name) => !is.thresholds.includes(name))) return 'reconnect';
    return was.settings === is.settings ? [] : [`{"type":"Configure",${is.settings.slice(1)}`];
  },
  receive(message, speech, { connection }) {
    switch (message.type) {
      case 'Connected':
      case 'ConfigureSuccess':
        return speech.configured();
      case 'ConfigureFailure':
      case 'Warning':
        return logger(connection)?.warn({ code: message.code }, 'Deepgram refused a message');
      case 'TurnInfo':
        return turn(message, speech, connection);
      case 'Error':
        throw failureOf(message);
    }
  },
};

/** What only a new socket can change, and what a message can. https://developers.deepgram.com/docs/flux/configure */
function parts(options: TurnOptions): { fixed: string; thresholds: string[]; settings: string } {
  const { eager_eot_threshold, eot_threshold, eot_timeout_ms, keyterm, language_hint, ...fixed } = turnQuery(options);
  const thresholds = { eager_eot_threshold, eot_threshold, eot_timeout_ms };
  const hints = takesHints(options.model) && { language_hints: language_hint };
  return {
    fixed: JSON.stringify([options.model, fixed]),
    thresholds: Object.entries(thresholds).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    settings: JSON.stringify({ thresholds, keyterms: keyterm, ...hints }),
  };
}

/** Turns are numbered, one after the other, and told whole each time. */
function turn(message: JsonMessage, speech: Speech, connection: Connection): void {
  const id = String(message.turn_index);
  const text = textOf(message.transcript);
  const startMs = msOf(message.audio_window_start) ?? 0;
  const endMs = msOf(message.audio_window_end) ?? startMs;
  const words = detailsOf(message);
  const requestId = connection.scrub(textOf(message.request_id));
  // Flux is sure of words, not of transcripts.
  const confidence = meanOf((words.words ?? []).map((word) => word.confidence ?? 0)) ?? 0;
  const details = { ...words, startMs, endMs, confidence, requestId };
  switch (message.event) {
    case 'StartOfTurn':
      speech.started(id, words.startMs ?? startMs);
      return speech.interim(id, text, details);
    case 'Update':
    case 'TurnResumed':
      return speech.interim(id, text, details);
    case 'EagerEndOfTurn':
      return speech.preflight(id, text, details);
    case 'EndOfTurn':
      speech.stopped(id, { atMs: words.endMs ?? endMs });
      speech.usage(id, { audioMs: endMs - startMs, requestId });
      return speech.final(id, text, details);
  }
}
