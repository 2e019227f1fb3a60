import type { Cloud } from '../cloud.ts';
import type { HttpHandler } from '../handlers.ts';
import { countTokens } from '../responses/think.ts';
import type { Speech } from '../voice/types.ts';
import { invalidRequest, missingParameter } from './errors.ts';
import { readForm } from './multipart.ts';
import type { Form } from './multipart.ts';
import { replyEvents, replyJson, serviceHeaders } from './reply.ts';
import { readWav } from './wav.ts';

/** The ear is fed as a socket would feed it. */
const PIECE_MS = 20;

/** `POST /v1/audio/transcriptions`: `json`, `text` or `verbose_json`, or a stream of events. https://developers.openai.com/api/reference/resources/audio */
export const serveTranscriptions: HttpHandler = async (request, response, url, cloud) => {
  if (url.pathname !== '/v1/audio/transcriptions' || request.method !== 'POST') return false;
  const form = await readForm(request);
  const asked = readRequest(form);
  const words = await listen(cloud, asked.speech);
  const text = words.join('').trim();
  const seconds = asked.speech.samples.length / asked.speech.sampleRate;
  cloud.tell('transcript', 'transcript-finished', { text, seconds });

  if (asked.stream) {
    const events = replyEvents(response, cloud);
    for (const delta of words) await events.send({ type: 'transcript.text.delta', delta });
    await events.send({ type: 'transcript.text.done', text, usage: tokensOf(text, seconds) });
    events.end();
  } else if (asked.format === 'text') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', ...serviceHeaders(cloud) });
    response.end(`${text}\n`);
  } else if (asked.format === 'verbose_json') {
    const segment = { id: 0, seek: 0, start: 0, end: seconds, text, tokens: [], temperature: 0, avg_logprob: 0 };
    replyJson(response, cloud, {
      task: 'transcribe',
      language: LANGUAGES.get(asked.language) ?? asked.language,
      duration: seconds,
      text,
      segments: text ? [{ ...segment, compression_ratio: 1, no_speech_prob: 0 }] : [],
      usage: { type: 'duration', seconds: Math.ceil(seconds) },
    });
  } else {
    const usage = asked.whisper ? { type: 'duration', seconds: Math.ceil(seconds) } : tokensOf(text, seconds);
    replyJson(response, cloud, { text, usage });
  }
  return true;
};

/** `verbose_json` says the language in words. */
const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['en', 'english'],
  ['de', 'german'],
  ['es', 'spanish'],
  ['fr', 'french'],
]);

interface TranscriptionRequest {
  speech: Speech;
  format: 'json' | 'text' | 'verbose_json';
  whisper: boolean;
  language: string;
  stream: boolean;
}

function readRequest({ fields, files }: Form): TranscriptionRequest {
  const model = fields.get('model');
  if (!model) throw missingParameter('model');
  const file = files.get('file');
  if (!file) throw missingParameter('file');
  const whisper = /whisper/.test(model);
  const format = fields.get('response_format') ?? 'json';
  if (format !== 'json' && format !== 'text' && (format !== 'verbose_json' || !whisper)) {
    throw invalidRequest(
      `response_format '${format}' is not compatible with model '${model}'. Use 'json' or 'text' instead.`,
      { code: 'unsupported_value', param: 'response_format' },
    );
  }
  return {
    speech: readWav(file.bytes),
    format,
    whisper,
    language: fields.get('language') ?? 'en',
    // whisper-1 ignores `stream`.
    stream: fields.get('stream') === 'true' && !whisper,
  };
}

/** What the ear reads, piece by piece. */
async function listen(cloud: Cloud, { samples, sampleRate }: Speech): Promise<string[]> {
  const listener = await cloud.ear.listen({ sampleRate });
  try {
    const size = Math.max(1, Math.round((sampleRate * PIECE_MS) / 1000));
    const words: string[] = [];
    for (let start = 0; start < samples.length; start += size) {
      words.push(...listener.push(samples.subarray(start, start + size)));
    }
    return [...words, ...(await listener.finish())];
  } finally {
    listener.close();
  }
}

function tokensOf(text: string, seconds: number): Record<string, unknown> {
  const audio_tokens = Math.ceil(seconds * 10);
  const output_tokens = countTokens(text.length);
  return {
    type: 'tokens',
    input_tokens: audio_tokens,
    input_token_details: { audio_tokens, text_tokens: 0 },
    output_tokens,
    total_tokens: audio_tokens + output_tokens,
  };
}
