import type { ServerResponse } from 'node:http';
import type { Cloud } from '../cloud.ts';
import type { HttpHandler } from '../handlers.ts';
import { countTokens } from '../responses/think.ts';
import { readForm } from './multipart.ts';
import { replyEvents, replyJson, serviceHeaders } from './reply.ts';
import { hear, segmentsOf, speakerOf } from './transcript.ts';
import type { Heard } from './transcript.ts';
import { readTranscriptionRequest } from './transcription-request.ts';
import type { TranscriptionRequest } from './transcription-request.ts';

/** `POST /v1/audio/transcriptions`: every format but subtitles, or a stream of events. https://developers.openai.com/api/reference/resources/audio */
export const serveTranscriptions: HttpHandler = async (request, response, url, cloud) => {
  if (url.pathname !== '/v1/audio/transcriptions' || request.method !== 'POST') return false;
  const asked = readTranscriptionRequest(await readForm(request));
  const words = await hear(cloud, asked.speech);
  const text = textOf(words);
  const seconds = secondsOf(asked);
  cloud.tell('transcript', 'transcript-finished', { text, seconds });

  if (asked.stream) {
    await sendEvents(response, cloud, asked, words);
  } else if (asked.format === 'text') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', ...serviceHeaders(cloud) });
    response.end(`${text}\n`);
  } else {
    replyJson(response, cloud, answers[asked.format](asked, words));
  }
  return true;
};

async function sendEvents(
  response: ServerResponse,
  cloud: Cloud,
  asked: TranscriptionRequest,
  words: readonly Heard[],
): Promise<void> {
  const events = replyEvents(response, cloud);
  if (asked.format === 'diarized_json') {
    for (const segment of diarized(asked, words)) await events.send(segment);
  } else {
    for (const { text: delta } of words) {
      await events.send({ type: 'transcript.text.delta', delta, ...logprobsOf(asked, [delta]) });
    }
  }
  await events.send({ type: 'transcript.text.done', ...json(asked, words) });
  events.end();
}

type Answer = (asked: TranscriptionRequest, words: readonly Heard[]) => Record<string, unknown>;

const json: Answer = (asked, words) => ({
  text: textOf(words),
  ...languagesOf(asked),
  ...logprobsOf(
    asked,
    words.map(({ text }) => text),
  ),
  usage: usageOf(asked, words),
});

const verbose: Answer = (asked, words) => {
  const language = asked.languages[0] ?? 'en';
  return {
    task: 'transcribe',
    language: LANGUAGES.get(language) ?? language,
    duration: secondsOf(asked),
    text: textOf(words),
    ...(asked.segments ? { segments: segmentsOf(words).map(verboseSegment) } : {}),
    ...(asked.words ? { words: words.map(({ text, start, end }) => ({ word: text.trim(), start, end })) } : {}),
    usage: { type: 'duration', seconds: Math.ceil(secondsOf(asked)) },
  };
};

const diarizedJson: Answer = (asked, words) => ({
  task: 'transcribe',
  duration: secondsOf(asked),
  text: textOf(words),
  segments: diarized(asked, words),
  usage: usageOf(asked, words),
});

const answers = { json, verbose_json: verbose, diarized_json: diarizedJson } as const;

/** `verbose_json` says the language in words. */
const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['en', 'english'],
  ['de', 'german'],
  ['es', 'spanish'],
  ['fr', 'french'],
]);

/** The same for every token: nobody doubts what was carried beside the voice. */
const LOGPROB = -0.01;

function verboseSegment({ text, start, end }: Heard, id: number): Record<string, unknown> {
  return {
    id,
    seek: 0,
    start,
    end,
    text,
    tokens: Array.from({ length: countTokens(text.length) }, (_, token) => token),
    temperature: 0,
    avg_logprob: LOGPROB,
    compression_ratio: 1,
    no_speech_prob: 0,
  };
}

function diarized({ speakers }: TranscriptionRequest, words: readonly Heard[]): Record<string, unknown>[] {
  return segmentsOf(words).map(({ text, start, end }, index) => ({
    type: 'transcript.text.segment',
    id: `seg_${index}`,
    start,
    end,
    text,
    speaker: speakerOf(index, speakers),
  }));
}

function logprobsOf(
  { logprobs }: TranscriptionRequest,
  texts: readonly string[],
): { logprobs?: Record<string, unknown>[] } {
  if (!logprobs) return {};
  return { logprobs: texts.map((token) => ({ token, bytes: [...Buffer.from(token)], logprob: LOGPROB })) };
}

/** Only the newest model tells them: those it was told to expect, for the ear knows no languages. */
function languagesOf({ model, languages }: TranscriptionRequest): { languages?: { code: string }[] } {
  if (!/^gpt-transcribe/.test(model)) return {};
  return { languages: (languages.length > 0 ? languages : ['en']).map((code) => ({ code })) };
}

function textOf(words: readonly Heard[]): string {
  return words
    .map(({ text }) => text)
    .join('')
    .trim();
}

function secondsOf({ speech: { samples, sampleRate } }: TranscriptionRequest): number {
  return samples.length / sampleRate;
}

function usageOf(asked: TranscriptionRequest, words: readonly Heard[]): Record<string, unknown> {
  const seconds = secondsOf(asked);
  if (/whisper/.test(asked.model)) return { type: 'duration', seconds: Math.ceil(seconds) };
  const audio_tokens = Math.ceil(seconds * 10);
  const output_tokens = countTokens(textOf(words).length);
  return {
    type: 'tokens',
    input_tokens: audio_tokens,
    input_token_details: { audio_tokens, text_tokens: 0 },
    output_tokens,
    total_tokens: audio_tokens + output_tokens,
  };
}
