import { createHash, randomUUID } from 'node:crypto';
import { readBody } from '../../http/body.ts';
import { segmentsOf } from '../../http/transcript.ts';
import { mixed } from '../../speech/audio.ts';
import { AudioInput } from '../../speech/audio-input.ts';
import { HeardChannel } from '../../speech/heard-channel.ts';
import type { Word } from '../../speech/heard-channel.ts';
import { badRequest, DeepgramError } from '../errors.ts';
import type { ResultWord } from '../nova/events.ts';
import { readFormat, readWriting } from '../nova/settings.ts';
import type { Writing } from '../nova/settings.ts';
import { alternativeOf, CONFIDENCE, diarizer, modelsUsed, SpeakerCount, wordsAsSegments } from '../nova/write.ts';
import type { Answer } from './index.ts';

/** A pause that parts utterances, in seconds. https://developers.deepgram.com/docs/utterance-split */
const UTTERANCE_SPLIT = 0.8;
const SLICES_PER_SECOND = 50;

export interface Prerecorded {
  metadata: {
    transaction_key: 'deprecated';
    request_id: string;
    sha256: string;
    created: string;
    duration: number;
    channels: number;
    models: string[];
    model_info: Record<string, unknown>;
    diarize_info?: { model_uuid: string; arch: string };
    tags?: string[];
  };
  results: { channels: Channel[]; utterances?: Utterance[] };
}

interface Channel {
  alternatives: {
    transcript: string;
    confidence: number;
    words: ResultWord[];
    languages?: string[];
    paragraphs?: Paragraphs;
  }[];
  detected_language?: string;
  language_confidence?: number;
}

interface Paragraphs {
  transcript: string;
  paragraphs: {
    sentences: { text: string; start: number; end: number }[];
    num_words: number;
    start: number;
    end: number;
  }[];
}

interface Utterance {
  start: number;
  end: number;
  confidence: number;
  channel: number;
  transcript: string;
  words: ResultWord[];
  speaker?: number;
  id: string;
}

/** `POST /v1/listen`: a WAV, or raw audio as the query says. https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded */
export const transcribe: Answer = async (request, response, query, { cloud, account, requestId }) => {
  const writing = readWriting(query, account);
  const input = new AudioInput(readFormat(query));
  const bytes = await readBody(request);
  refuseLinks(request.headers['content-type'] ?? '');
  const inputs = decode(input, bytes);
  const { sampleRate } = input.format!;
  const channels = query.flag('multichannel') ? inputs : [mixed(inputs)];
  const heard = await Promise.all(channels.map((samples) => hear(samples, new HeardChannel(cloud, sampleRate))));
  for (const words of heard) cloud.tell('transcript', 'transcript-finished', { text: textOf(words) });

  const detected = query.flag('detect_language') ? { detected_language: 'en', language_confidence: CONFIDENCE } : {};
  const withParagraphs = query.flag('paragraphs') || query.flag('smart_format');
  const split = query.number('utt_split', { minimum: 0 }) ?? UTTERANCE_SPLIT;
  const answer: Prerecorded = {
    metadata: {
      transaction_key: 'deprecated',
      request_id: requestId,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      created: new Date(cloud.clock.wallClock()).toISOString(),
      duration: channels[0]!.length / sampleRate,
      channels: channels.length,
      ...modelsUsed(writing.model),
      ...diarizer(writing.diarized),
      ...(query.has('tag') ? { tags: query.list('tag') } : {}),
    },
    results: {
      channels: heard.map((words) => ({
        alternatives: [
          {
            ...alternativeOf(words, writing, new SpeakerCount()),
            ...(withParagraphs ? { paragraphs: paragraphsOf(words) } : {}),
          },
        ],
        ...detected,
      })),
      ...(query.flag('utterances')
        ? { utterances: heard.flatMap((words, channel) => utterancesOf(words, writing, channel, split)) }
        : {}),
    },
  };
  response.writeHead(200, { 'content-type': 'application/json', 'dg-request-id': requestId });
  response.end(JSON.stringify(answer));
};

function refuseLinks(contentType: string): void {
  if (!contentType.startsWith('application/json')) return;
  throw new DeepgramError(400, 'REMOTE_CONTENT_ERROR', 'Loopback fetches nothing: send the audio itself.');
}

function decode(input: AudioInput, bytes: Buffer): Int16Array[] {
  try {
    const channels = input.push(bytes);
    if (channels.length > 0 && channels[0]!.length > 0) return channels;
  } catch {
    // Told below, in the service's words.
  }
  throw badRequest('Bad Request: failed to process audio: corrupt or unsupported data');
}

async function hear(samples: Int16Array, ear: HeardChannel): Promise<Word[]> {
  const words: Word[] = [];
  try {
    const size = Math.max(1, Math.round(ear.sampleRate / SLICES_PER_SECOND));
    for (let start = 0; start < samples.length; start += size) {
      const heard = await ear.push(samples.subarray(start, start + size));
      words.push(...heard.words, ...(heard.paused ? await ear.settle() : []));
    }
    words.push(...(await ear.settle()));
    return words;
  } finally {
    ear.close();
  }
}

/** One paragraph, sentence by sentence. */
function paragraphsOf(words: readonly Word[]): Paragraphs {
  if (words.length === 0) return { transcript: '', paragraphs: [] };
  const sentences = segmentsOf(wordsAsSegments(words)).map(({ text, start, end }) => ({
    text: text.trim(),
    start,
    end,
  }));
  const paragraph = { sentences, num_words: words.length, start: words[0]!.start, end: words.at(-1)!.end };
  return { transcript: `\n${textOf(words)}`, paragraphs: [paragraph] };
}

function utterancesOf(words: readonly Word[], writing: Writing, channel: number, split: number): Utterance[] {
  const groups: Word[][] = [];
  for (const word of words) {
    const last = groups.at(-1);
    if (last && word.start - last.at(-1)!.end < split) last.push(word);
    else groups.push([word]);
  }
  const speakers = new SpeakerCount();
  return groups.map((group) => {
    const { transcript, confidence, words: written } = alternativeOf(group, writing, speakers);
    speakers.keep(group);
    const speaker = written[0]!.speaker;
    return {
      start: group[0]!.start,
      end: group.at(-1)!.end,
      confidence,
      channel,
      transcript,
      words: written,
      ...(speaker === undefined ? {} : { speaker }),
      id: randomUUID(),
    };
  });
}

function textOf(words: readonly Word[]): string {
  return words.map(({ text }) => text).join(' ');
}
