import { fieldsOf, listOf, numberOf, textOf, type SpokenWord, type TextToSpeechWire } from '@patchbay/plugin-kit';
import { failureOf } from '../failure.ts';
import { startMessage, type SpeakOptions } from './options.ts';

/** `/tts-websocket`. https://soniox.com/docs/tts/api-reference/websocket-api */
export const speak: TextToSpeechWire<SpeakOptions> = {
  open: (context) => [startMessage(context)],
  text: (text, { turn }) => JSON.stringify({ stream_id: turn, text, text_end: false }),
  finish: ({ turn }) => [JSON.stringify({ stream_id: turn, text: '', text_end: true })],
  cancel: ({ turn }) => [JSON.stringify({ stream_id: turn, cancel: true })],
  // "Up to 5 concurrent streams multiplexed by stream_id."
  sharing: { perSocket: 5, turnOf: ({ stream_id: id }) => (typeof id === 'string' ? id : undefined) },
  // "Every 20–30 seconds". https://soniox.com/docs/tts/rt/connection-keepalive
  keepAlive: { everyMs: 20_000, frame: '{"keep_alive":true}' },
  limits: {
    // A stream lives for two minutes: https://soniox.com/docs/tts/rt/limits-and-quotas
    turnMs: 90_000,
    // One that is sent no text is ended after 5.2 seconds, as measured in https://github.com/kizuna-ai-lab/sokuji/pull/543
    pauseMs: 4_000,
    // https://soniox.com/docs/api-reference/tts/generate_tts
    textLength: 5_000,
  },
  // Keys are looked at when the socket is open. What names no stream is about the socket.
  refusal: (message, connection) => (message.stream_id == null ? failureOf(message, connection) : undefined),
  receive(message, turn, { connection }) {
    const failure = failureOf(message, connection);
    if (failure !== undefined && message.stream_id == null) throw failure;
    if (failure !== undefined) return turn.failed(failure);
    const audio = textOf(message.audio);
    if (audio !== '') turn.audio(Buffer.from(audio, 'base64'));
    const words = wordsOf(message.timestamps);
    if (words.length > 0) turn.words(words);
    if (message.audio_end === true) turn.spoken();
    if (message.terminated === true) turn.over();
  },
};

/** Characters and their times → words, each with the space behind it: joined, they are what is said. */
function wordsOf(timestamps: unknown): SpokenWord[] {
  const fields = fieldsOf(timestamps);
  const starts = listOf(fields.character_start_times_seconds);
  const ends = listOf(fields.character_end_times_seconds);
  const words: SpokenWord[] = [];
  for (const [index, character] of listOf(fields.characters).entries()) {
    const last = words.at(-1);
    const text = textOf(character);
    const startMs = (numberOf(starts[index]) ?? 0) * 1_000;
    const endMs = (numberOf(ends[index]) ?? 0) * 1_000;
    if (last === undefined || (/\s$/.test(last.text) && !/^\s/.test(text))) words.push({ text, startMs, endMs });
    else {
      last.text += text;
      // A space takes time that is silence.
      if (text.trim() !== '') last.endMs = endMs;
    }
  }
  return words;
}
