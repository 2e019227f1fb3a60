import type { ServerResponse } from 'node:http';
import { sleep } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import type { HttpHandler } from '../handlers.ts';
import { countTokens } from '../responses/think.ts';
import { readJson } from './body.ts';
import { invalidRequest, missingParameter } from './errors.ts';
import { numberOf, objectOf, stringOf } from './json.ts';
import type { JsonObject } from './json.ts';
import { goneSignal, replyEvents, serviceHeaders, write } from './reply.ts';
import { pcmBytes, wavStreamHeader } from './wav.ts';

/** What the service takes as `input`. https://developers.openai.com/api/reference/resources/audio */
const MAX_INPUT_CHARACTERS = 4096;
const SAMPLE_RATE = 24_000;
/** One piece of the stream: 100 ms. */
const PIECE_BYTES = (SAMPLE_RATE / 10) * 2;

/** `POST /v1/audio/speech`: `pcm` or `wav`, streamed as bytes or (with `stream_format: "sse"`) as events. */
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
  const audio = pcmBytes(speech.samples);
  const whole = asked.format === 'wav' ? Buffer.concat([wavStreamHeader(SAMPLE_RATE), audio]) : audio;
  await (asked.events
    ? sendEvents(response, cloud, signal, whole, asked.input)
    : sendBytes(response, cloud, signal, whole, asked.format));
  const name = signal.aborted ? 'speech-aborted' : 'speech-sent';
  cloud.tell('voice', name, { samples: speech.samples.length, sampleRate: SAMPLE_RATE });
  return true;
};

async function sendBytes(
  response: ServerResponse,
  cloud: Cloud,
  signal: AbortSignal,
  audio: Buffer,
  format: string,
): Promise<void> {
  response.writeHead(200, { 'content-type': `audio/${format}`, ...serviceHeaders(cloud) });
  for await (const piece of pieces(audio, cloud, signal)) await write(response, piece);
  if (!signal.aborted) response.end();
}

async function sendEvents(
  response: ServerResponse,
  cloud: Cloud,
  signal: AbortSignal,
  audio: Buffer,
  input: string,
): Promise<void> {
  const events = replyEvents(response, cloud);
  for await (const piece of pieces(audio, cloud, signal)) {
    await events.send({ type: 'speech.audio.delta', audio: piece.toString('base64') });
  }
  if (signal.aborted) return;
  const input_tokens = countTokens(input.length);
  const output_tokens = Math.ceil(audio.length / PIECE_BYTES);
  await events.send({
    type: 'speech.audio.done',
    usage: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
  });
  events.end();
}

/** The audio in pieces of 100 ms, at the cloud's pace. */
async function* pieces(audio: Buffer, cloud: Cloud, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  for (let start = 0; start < audio.length && !signal.aborted; start += PIECE_BYTES) {
    if (start > 0) await sleep(cloud.clock, cloud.pace.audioMs, signal);
    yield audio.subarray(start, start + PIECE_BYTES);
  }
}

interface SpeechRequest {
  input: string;
  voice: string;
  format: 'pcm' | 'wav';
  speed: number | undefined;
  events: boolean;
}

function readRequest(body: JsonObject): SpeechRequest {
  const input = stringOf(body.input);
  if (!stringOf(body.model)) throw missingParameter('model');
  if (!input) throw missingParameter('input');
  if (input.length > MAX_INPUT_CHARACTERS) {
    throw invalidRequest(
      `Invalid 'input': string too long. Expected a string with maximum length ${MAX_INPUT_CHARACTERS}, but got a string with length ${input.length} instead.`,
      { code: 'string_above_max_length', param: 'input' },
    );
  }
  const voice = stringOf(body.voice) ?? stringOf(objectOf(body.voice).id);
  if (!voice) throw missingParameter('voice');
  const format = stringOf(body.response_format) ?? 'mp3';
  if (format !== 'pcm' && format !== 'wav') {
    throw invalidRequest(`Loopback makes 'pcm' and 'wav', not '${format}': set response_format.`, {
      code: 'invalid_value',
      param: 'response_format',
    });
  }
  return { input, voice, format, speed: numberOf(body.speed), events: body.stream_format === 'sse' };
}
