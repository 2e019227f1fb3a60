import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sleep } from '../../clock.ts';
import { readBody } from '../../http/body.ts';
import { parseObject } from '../../http/json.ts';
import { goneSignal, write } from '../../http/reply.ts';
import type { SonioxContext } from '../context.ts';
import { complaintOf, invalid } from '../errors.ts';
import { requestKeyOf } from '../keys.ts';
import { encodeSpeech, headOf, missing, readSpeechSettings, readText } from '../tts/settings.ts';
import type { SpeechSettings } from '../tts/settings.ts';
import type { Answer } from './index.ts';
import { reply } from './reply.ts';

/** One piece: 100 ms. */
const PIECES_PER_SECOND = 10;

/** `POST /tts`. https://soniox.com/docs/api-reference/tts/generate_tts */
export const synthesize: Answer = async (request, response, context) => {
  const requestId = randomUUID();
  try {
    await speak(request, response, context, requestId);
  } catch (error) {
    request.resume();
    if (response.headersSent) return void response.destroy();
    const complaint = complaintOf(error, requestId, context.cloud);
    reply(response, complaint.error_code, complaint);
  }
};

async function speak(
  request: IncomingMessage,
  response: ServerResponse,
  context: SonioxContext,
  requestId: string,
): Promise<void> {
  const { account, keys } = context;
  const key = requestKeyOf(request);
  keys.check(key, 'tts_rt');
  const { settings, text } = await readRequest(request);
  const release = account.open('tts', settings.speaker.model);
  try {
    keys.use(key, 'tts_rt');
    await answer(response, settings, text, context, requestId);
  } finally {
    release();
  }
}

async function readRequest(request: IncomingMessage): Promise<{ settings: SpeechSettings; text: string }> {
  const body = await readBody(request).catch(() => undefined);
  const message = body && parseObject(body.toString('utf8'));
  if (!message) throw invalid('Invalid JSON body');
  const settings = readSpeechSettings(message);
  const text = readText(message);
  if (!text) throw missing('text');
  return { settings, text };
}

async function answer(
  response: ServerResponse,
  settings: SpeechSettings,
  text: string,
  { cloud }: SonioxContext,
  requestId: string,
): Promise<void> {
  const { model, voice, sampleRate, speed } = settings.speaker;
  const signal = goneSignal(response);
  cloud.tell('voice', 'speech-requested', { text, voice: model });
  const { samples } = await cloud.voice.speak(text, { voice, sampleRate, speed, signal });
  await sleep(cloud.clock, cloud.pace.firstTokenMs, signal);
  if (signal.aborted) return;
  // The types of raw audio are a guess.
  const type = settings.format === 'wav' ? 'audio/wav' : 'application/octet-stream';
  response.writeHead(200, { 'content-type': type, 'x-request-id': requestId });
  const head = headOf(settings);
  if (head.length > 0) await write(response, head);
  const size = Math.ceil(sampleRate / PIECES_PER_SECOND);
  for (let start = 0; start < samples.length && !signal.aborted; start += size) {
    if (start > 0) await sleep(cloud.clock, cloud.pace.audioMs, signal);
    await write(response, encodeSpeech(samples.subarray(start, start + size), settings));
  }
  if (!signal.aborted) response.end();
}
