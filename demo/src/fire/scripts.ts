import type { Mode } from '../record.ts';
import type { Step } from '../script.ts';
import type { Attack } from './attack.ts';
import { nonsense } from './nonsense.ts';
import { underFire } from './phrases.ts';

const speech = 'path=/audio/speech,times=1';
const responses = 'path=/responses,times=1';
const socket = 'path=/realtime,times=1';

/** Speech over a realtime transcription socket, Responses over a WebSocket, speech over HTTP. */
const pipeline: readonly Attack[] = [
  {
    title: 'the line to the transcription is cut while the caller speaks',
    faults: [`drop-at:input_audio_buffer.append,${socket}`],
    speakingMs: 700,
    tells: ['stt: reconnecting, closed', 'stt: open again'],
  },
  {
    title: 'messages that make no sense come from transcription and model',
    faults: [
      ...nonsense('input_audio_buffer.speech_started', socket),
      ...nonsense('response.output_item.added', responses),
    ],
    tells: [],
  },
  {
    title: 'the line to the transcription ends, and the next one is refused with 503',
    faults: [`end-at:input_audio_buffer.append,${socket}`, `refuse:503,${socket}`],
    speakingMs: 300,
    tells: ['stt: reconnecting, closed', 'stt: reconnecting, upgrade-refused 503', 'stt: open again'],
  },
  {
    title: 'the model takes the question and says nothing more, half open',
    faults: [`stall-at:response.created,${responses}`],
    tells: ['llm: closed, first-event-timeout', 'llm: APITimeoutError, recoverable', 'llm: open again'],
  },
  {
    title: 'the model’s socket is closed for a restart, and the next one refused with 429, Retry-After 1',
    faults: [`close-at:response.create,code=1012,${responses}`, `refuse:429,retry-after=1,${responses}`],
    tells: [
      'llm: closed, closed',
      'llm: APIConnectionError, recoverable',
      'llm: closed, upgrade-refused 429',
      'llm: APIStatusError 429, recoverable',
      'llm: open again',
    ],
  },
  {
    title: 'the voice is refused with 503',
    faults: [`refuse:503,${speech}`],
    tells: ['tts: APIStatusError 503, recoverable'],
  },
  {
    title: 'the line to the voice is cut before its first sound',
    faults: [`drop-at:1,${speech}`],
    tells: ['tts: APIConnectionError, recoverable'],
  },
  {
    title: 'what ends a transcript and a response has null wherever it may',
    faults: [`null-fields,${socket}`, `null-fields,${responses}`],
    tells: [],
  },
  {
    title: 'the sessions of transcription and model expire',
    faults: [`expire:0,${socket}`, `expire:0,${responses}`],
    tells: ['stt: reconnecting, closed', 'llm: closed, closed', 'stt: open again', 'llm: open again'],
  },
  {
    title: 'the line to the transcription is half open while the caller speaks',
    faults: [`stall-after:0,${socket}`],
    speakingMs: 300,
    tells: ['stt: reconnecting, inactivity-timeout', 'stt: open again'],
  },
  {
    title: 'a gateway answers with its HTML page in place of a voice',
    faults: [`html-page:502,${speech}`],
    tells: ['tts: APIStatusError 502, recoverable'],
  },
  {
    title: 'the line to the model is cut in the middle of the answer',
    faults: [`drop-at:response.output_text.delta#4,${responses}`],
    tells: ['llm: closed, closed', 'llm: APIConnectionError, final'],
    cuts: true,
  },
];

/** Speech to speech on one socket. */
const realtime: readonly Attack[] = [
  {
    title: 'the line is cut while the caller speaks',
    faults: [`drop-at:input_audio_buffer.append,${socket}`],
    speakingMs: 700,
    tells: ['llm: reconnecting, closed', 'realtime: APIConnectionError, recoverable', 'llm: open again'],
  },
  {
    title: 'messages that make no sense come beside the answer',
    faults: nonsense('response.created', socket),
    tells: [],
  },
  {
    title: 'what ends a response has null wherever it may',
    faults: [`null-fields,${socket}`],
    tells: [],
  },
  {
    title: 'the line is cut in the middle of the answer',
    faults: [`drop-at:response.output_audio.delta#14,${socket}`],
    tells: ['llm: reconnecting, closed', 'realtime: APIConnectionError, recoverable', 'llm: open again'],
    cuts: true,
  },
  {
    title: 'the line is cut between two turns, and the next one is refused with 503',
    faults: [`drop-at:input_audio_buffer.append,${socket}`, `refuse:503,${socket}`],
    tells: [
      'llm: reconnecting, closed',
      'realtime: APIConnectionError, recoverable',
      'llm: reconnecting, upgrade-refused 503',
      'realtime: APIStatusError 503, recoverable',
      'llm: open again',
    ],
  },
  // A planned end is no failure: the next session goes on with the conversation.
  { title: 'the session expires', faults: [`expire:0,${socket}`], tells: ['llm: open again'] },
  {
    title: 'the line is half open while nobody speaks',
    faults: [`stall-after:0,${socket}`],
    pauseMs: 30_000,
    tells: ['llm: reconnecting, pong-timeout', 'realtime: APITimeoutError, recoverable', 'llm: open again'],
  },
  {
    title: 'the line ends, and a gateway answers the next one with its HTML page',
    faults: [`end-at:input_audio_buffer.append,${socket}`, `html-page:502,${socket}`],
    tells: [
      'llm: reconnecting, closed',
      'realtime: APIConnectionError, recoverable',
      'llm: reconnecting, upgrade-refused 502',
      'realtime: APIStatusError 502, recoverable',
      'llm: open again',
    ],
  },
  {
    title: 'the line ends, and the next one is refused with 429, Retry-After 1',
    faults: [`end-at:input_audio_buffer.append,${socket}`, `refuse:429,retry-after=1,${socket}`],
    // Of an outage, the newest two seconds are kept.
    pauseMs: 4_000,
    tells: [
      'llm: reconnecting, closed',
      'realtime: APIConnectionError, recoverable',
      'llm: reconnecting, upgrade-refused 429',
      'realtime: APIStatusError 429, recoverable',
      'llm: open again',
    ],
  },
];

/** The demo's conversation under fire, in each of its modes. */
export const fireScripts: Readonly<Record<Mode, readonly Step[]>> = {
  pipeline: underFire(pipeline),
  realtime: underFire(realtime),
};
