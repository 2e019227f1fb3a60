import type { IncomingMessage } from 'node:http';
import { sleep } from '../../clock.ts';
import { readBody } from '../../http/body.ts';
import { parseObject, stringOf } from '../../http/json.ts';
import { goneSignal, write } from '../../http/reply.ts';
import { encodeAudio } from '../../speech/audio.ts';
import { wavHead } from '../../speech/wav.ts';
import { DeepgramError } from '../errors.ts';
import { uuidOf, voiceOf } from '../models.ts';
import { MAX_CHARACTERS, MAX_MESSAGE_BYTES } from '../speak/limits.ts';
import { readFluxSpeech, readSpeech } from '../speak/settings.ts';
import type { SpeechSettings } from '../speak/settings.ts';
import type { Answer } from './index.ts';

/** `POST /v1/speak`. https://developers.deepgram.com/reference/text-to-speech/speak-request */
export const synthesize: Answer = (request, response, query, context) =>
  answer(request, response, readSpeech(query, context.account), context);

/** `POST /v2/speak`, likewise. */
export const synthesizeFlux: Answer = (request, response, query, context) =>
  answer(request, response, readFluxSpeech(query, context.account), context);

async function answer(
  request: IncomingMessage,
  response: Parameters<Answer>[1],
  { model, encoding, sampleRate, speed, container }: SpeechSettings,
  { cloud, requestId }: Parameters<Answer>[3],
): Promise<void> {
  const text = await readText(request);
  const signal = goneSignal(response);
  cloud.tell('voice', 'speech-requested', { text, voice: model });
  const { samples } = await cloud.voice.speak(text, { voice: voiceOf(model), sampleRate, speed, signal });
  const audio = encodeAudio(samples, encoding, sampleRate);
  const frameBytes = encoding === 'linear16' ? 2 : 1;
  await sleep(cloud.clock, cloud.pace.firstTokenMs, signal);
  if (signal.aborted) return;
  response.writeHead(200, {
    'content-type': container === 'wav' ? 'audio/wav' : `audio/${NAMES[encoding]};rate=${sampleRate}`,
    'dg-request-id': requestId,
    'dg-model-name': model,
    'dg-model-uuid': uuidOf(model),
    'dg-char-count': String(text.length),
  });
  if (container === 'wav') await write(response, wavHead(encoding, sampleRate, frameBytes, audio.length));
  const size = Math.ceil(sampleRate / 10) * frameBytes;
  for (let start = 0; start < audio.length && !signal.aborted; start += size) {
    if (start > 0) await sleep(cloud.clock, cloud.pace.audioMs, signal);
    await write(response, audio.subarray(start, start + size));
  }
  if (!signal.aborted) response.end();
}

/** https://developers.deepgram.com/docs/tts-media-output-settings */
const NAMES = { linear16: 'l16', mulaw: 'mulaw', alaw: 'alaw' } as const;

/** JSON with `text`, or plain text. https://developers.deepgram.com/docs/errors#text-to-speech-errors */
async function readText(request: IncomingMessage): Promise<string> {
  const body = await readBody(request);
  if (body.length > MAX_MESSAGE_BYTES) {
    throw new DeepgramError(413, 'PAYLOAD_TOO_LARGE', 'Payload size exceeds limit of 2 MB.');
  }
  const text = textOf(body.toString('utf8'), request.headers['content-type'] ?? '');
  if (text === '') throw new DeepgramError(400, 'Bad Request', 'Input text contains no characters.');
  if (text.length <= MAX_CHARACTERS) return text;
  const message = `Input text exceeds maximum character limit of ${MAX_CHARACTERS}.`;
  throw new DeepgramError(413, 'Payload Too Large', message);
}

function textOf(body: string, contentType: string): string {
  if (contentType.startsWith('text/plain')) return body;
  if (!contentType.startsWith('application/json')) {
    const message =
      '`Content-Type` header is not supported. `Content-Type` must be either `text/plain` or `application/json`.';
    throw new DeepgramError(415, 'UNSUPPORTED_MEDIA_TYPE', message);
  }
  const { text, url } = parseObject(body) ?? {};
  if (url !== undefined && text === undefined) {
    throw new DeepgramError(400, 'REMOTE_CONTENT_ERROR', 'Loopback fetches nothing: send the text itself.');
  }
  const found = stringOf(text);
  if (found !== undefined && url === undefined) return found;
  const message = 'Failed to deserialize JSON payload. Please specify exactly one of `text` or `url` in the JSON body.';
  throw new DeepgramError(400, 'PAYLOAD_ERROR', message);
}
