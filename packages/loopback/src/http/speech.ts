import type { ServerResponse } from 'node:http';
import { sleep } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import type { HttpHandler } from '../handlers.ts';
import { countTokens } from '../responses/think.ts';
import { readJson } from './body.ts';
import { invalidRequest, missingParameter } from './errors.ts';
import { flacOf } from './flac.ts';
import { numberOf, objectOf, stringOf } from './json.ts';
import type { JsonObject } from './json.ts';
import { goneSignal, replyEvents, serviceHeaders, write } from './reply.ts';
import { pcmBytes, wavStreamHeader } from './wav.ts';

/** What the service takes as `input`. https://developers.openai.com/api/reference/resources/audio */
const MAX_INPUT_CHARACTERS = 4096;
const SAMPLE_RATE = 24_000;
/** One piece of the stream: 100 ms. */
const PIECE_SAMPLES = SAMPLE_RATE / 10;
/** What is made here. MP3, Opus and AAC would need an encoder. */
const FORMATS = ['pcm', 'wav', 'flac'] as const;
type Format = (typeof FORMATS)[number];

/** `POST /v1/audio/speech`: `pcm`, `wav` or `flac`, streamed as bytes or (with `stream_format: "sse"`) as events. */
export const serveSpeech: HttpHandler = async (request, response, url, cloud) => {
  if (url.pathname !== '/v1/audio/speech' || request.method !== 'POST') return false;
  const asked = readRequest(await readJson(request));
  const signal = goneSignal(response);
  cloud.tell('voice', 'speech-requested', { text: asked.input, voice: asked.voice });
  const speech = await cloud.voice.speak(asked.input, {
    voice: asked.voice,
    sampleRate: SAMPLE_RATE,
    speed: asked.speed,
    signal,
  });
  if (signal.aborted) return true;
  const audio = pieces(piecesOf(speech.samples, asked.format), cloud, signal);
  await (asked.events
    ? sendEvents(response, cloud, signal, audio, asked.input)
    : sendBytes(response, cloud, signal, audio, asked.format));
  const name = signal.aborted ? 'speech-aborted' : 'speech-sent';
  cloud.tell('voice', name, { text: asked.input, samples: speech.samples.length, sampleRate: SAMPLE_RATE });
  return true;
};

async function sendBytes(
  response: ServerResponse,
  cloud: Cloud,
  signal: AbortSignal,
  audio: AsyncIterable<Buffer>,
  format: Format,
): Promise<void> {
  response.writeHead(200, { 'content-type': `audio/${format}`, ...serviceHeaders(cloud) });
  for await (const piece of audio) await write(response, piece);
  if (!signal.aborted) response.end();
}

async function sendEvents(
  response: ServerResponse,
  cloud: Cloud,
  signal: AbortSignal,
  audio: AsyncIterable<Buffer>,
  input: string,
): Promise<void> {
  const events = replyEvents(response, cloud);
  let output_tokens = 0;
  for await (const piece of audio) {
    await events.send({ type: 'speech.audio.delta', audio: piece.toString('base64') });
    output_tokens += 1;
  }
  if (signal.aborted) return;
  const input_tokens = countTokens(input.length);
  await events.send({
    type: 'speech.audio.done',
    usage: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
  });
  events.end();
}

/** The audio in pieces of 100 ms, behind the head that its format has. */
function* piecesOf(samples: Int16Array, format: Format): Generator<Buffer, void, undefined> {
  if (format === 'flac') return yield* flacOf(samples, SAMPLE_RATE, PIECE_SAMPLES);
  if (format === 'wav') yield wavStreamHeader(SAMPLE_RATE);
  for (let start = 0; start < samples.length; start += PIECE_SAMPLES) {
    yield pcmBytes(samples.subarray(start, start + PIECE_SAMPLES));
  }
}

/** … at the cloud's pace. */
async function* pieces(
  audio: Iterable<Buffer>,
  cloud: Cloud,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  let first = true;
  for (const piece of audio) {
    if (!first) await sleep(cloud.clock, cloud.pace.audioMs, signal);
    first = false;
    if (signal.aborted) return;
    yield piece;
  }
}

interface SpeechRequest {
  input: string;
  voice: string;
  format: Format;
  speed: number | undefined;
  events: boolean;
}

function readRequest(body: JsonObject): SpeechRequest {
  const input = stringOf(body.input);
  const model = stringOf(body.model);
  if (!model) throw missingParameter('model');
  if (!input) throw missingParameter('input');
  if (input.length > MAX_INPUT_CHARACTERS) {
    throw invalidRequest(
      `Invalid 'input': string too long. Expected a string with maximum length ${MAX_INPUT_CHARACTERS}, but got a string with length ${input.length} instead.`,
      { code: 'string_above_max_length', param: 'input' },
    );
  }
  const voice = stringOf(body.voice) ?? stringOf(objectOf(body.voice).id);
  if (!voice) throw missingParameter('voice');
  const format = FORMATS.find((made) => made === (body.response_format ?? 'mp3'));
  if (!format) {
    const asked = stringOf(body.response_format);
    const wanted = asked === undefined ? "'mp3', the default" : `'${asked}'`;
    throw invalidRequest(`Loopback does not make ${wanted}: set response_format to pcm, wav or flac.`, {
      code: 'invalid_value',
      param: 'response_format',
    });
  }
  const events = body.stream_format === 'sse';
  if (events && /^tts-1/.test(model)) {
    throw invalidRequest(`stream_format 'sse' is not supported with model '${model}'.`, {
      code: 'unsupported_value',
      param: 'stream_format',
    });
  }
  return { input, voice, format, speed: numberOf(body.speed), events };
}
