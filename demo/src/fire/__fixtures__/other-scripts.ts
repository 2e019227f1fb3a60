import type { Step } from '../../script.ts';
import type { Attack } from '../attack.ts';
import { nonsense } from '../nonsense.ts';
import { underFire } from '../phrases.ts';

const chat = 'path=/chat/completions,times=1';
const speech = 'path=/audio/speech,times=1';
const transcription = 'path=/audio/transcriptions,times=1';
const live = 'path=/live,times=1';

/** Transcripts over HTTP, phrase by phrase as a voice detector finds them; chat completions; speech over HTTP. */
const overHttp: readonly Attack[] = [
  {
    title: 'the line to the transcription is cut before it answers',
    faults: [`drop-at:1,${transcription}`],
    tells: ['stt: APIConnectionError, recoverable'],
  },
  { title: 'messages that make no sense come from the model', faults: nonsense(1, chat), tells: [] },
  {
    title: 'the model is refused with 429, Retry-After 1',
    faults: [`refuse:429,retry-after=1,${chat}`],
    tells: ['llm: APIStatusError 429, recoverable'],
  },
  {
    title: 'the model takes the question and says nothing more',
    faults: [`stall-after:0,${chat}`],
    tells: ['llm: APITimeoutError, recoverable'],
  },
  {
    title: 'the voice is refused with 503',
    faults: [`refuse:503,${speech}`],
    tells: ['tts: APIStatusError 503, recoverable'],
  },
  {
    title: 'a gateway answers with its HTML page in place of a transcript',
    faults: [`html-page:502,${transcription}`],
    tells: ['stt: APIStatusError 502, recoverable'],
  },
  {
    title: 'the line to the voice is cut before its first sound',
    faults: [`drop-at:1,${speech}`],
    tells: ['tts: APIConnectionError, recoverable'],
  },
  {
    title: 'null stands wherever it may in a transcript and at the end of an answer',
    faults: [`null-fields,${transcription}`, `null-fields,${chat}`],
    tells: [],
  },
  {
    title: 'the transcription is refused with 503',
    faults: [`refuse:503,${transcription}`],
    tells: ['stt: APIStatusError 503, recoverable'],
  },
  {
    title: 'the kept connection to the model is reset, which a new one makes up for',
    faults: [`reset-handshake,${chat}`],
    tells: [],
  },
  {
    title: 'the line to the model is cut in the middle of the answer',
    faults: [`drop-at:5,${chat}`],
    tells: ['llm: APIConnectionError, final'],
    cuts: true,
  },
];

const reconnects = (status?: number): string[] => [
  'llm: reconnecting, closed',
  'realtime: APIConnectionError, recoverable',
  ...(status === undefined
    ? []
    : [`llm: reconnecting, upgrade-refused ${status}`, `realtime: APIStatusError ${status}, recoverable`]),
  'llm: open again',
];

/** Full duplex on one socket: it hears what it is sent at once, and nothing of it again. */
const fullDuplex: readonly Attack[] = [
  { title: 'messages that make no sense', faults: nonsense(1, live), tells: [] },
  { title: 'what may be null is', faults: [`null-fields,${live}`], tells: [] },
  {
    title: 'the line is cut between two turns, and the next one is refused with 503',
    faults: [`drop-at:session.input_audio.append,${live}`, `refuse:503,${live}`],
    pauseMs: 2_000,
    tells: reconnects(503),
  },
  {
    title: 'the line is cut in the middle of the answer',
    faults: [`drop-at:session.output_transcript.delta#4,${live}`],
    tells: reconnects(),
    cuts: true,
  },
  { title: 'the session expires', faults: [`expire:0,${live}`], pauseMs: 1_000, tells: ['llm: open again'] },
  {
    title: 'the line is half open while nobody speaks',
    faults: [`stall-after:0,${live}`],
    pauseMs: 15_000,
    tells: [
      'llm: reconnecting, inactivity-timeout',
      'realtime: APITimeoutError, recoverable',
      'llm: open again',
    ],
  },
  {
    title: 'the line ends, and a gateway answers the next one with its HTML page',
    faults: [`end-at:session.input_audio.append,${live}`, `html-page:502,${live}`],
    pauseMs: 2_000,
    tells: reconnects(502),
  },
  {
    title: 'the line ends, and the next one is refused with 429, Retry-After 1',
    faults: [`end-at:session.input_audio.append,${live}`, `refuse:429,retry-after=1,${live}`],
    pauseMs: 3_000,
    tells: reconnects(429),
  },
];

export const httpScript: readonly Step[] = underFire(overHttp);

/** Its voice says that it asks, wherever a tool could be meant, and then what the backend found. */
export const liveScript: readonly Step[] = underFire(fullDuplex).map((step, index) =>
  index === 0 || index === 2 ? { ...step, answer: `One moment. ${step.answer}` } : step,
);
