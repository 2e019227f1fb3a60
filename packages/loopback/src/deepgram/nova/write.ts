import { segmentsOf } from '../../http/transcript.ts';
import type { Word } from '../../speech/heard-channel.ts';
import { listenModelInfo, uuidOf } from '../models.ts';
import type { ModelInfo } from '../models.ts';
import type { Alternative, ResultWord } from './events.ts';
import type { Writing } from './settings.ts';

/** The same for every word: nobody doubts what was carried beside the voice. */
export const CONFIDENCE = 0.99;
/** How many decimals times have. */
const rounded = (seconds: number): number => Math.round(seconds * 1_000) / 1_000;

/** Words as the query wants them written. */
export function alternativeOf(words: readonly Word[], writing: Writing, speakers: SpeakerCount): Alternative {
  const multi = writing.language === 'multi';
  return {
    transcript: words.map(({ text }) => (writing.punctuated ? text : plain(text))).join(' '),
    confidence: words.length > 0 ? CONFIDENCE : 0,
    ...(multi ? { languages: words.length > 0 ? ['en'] : [] } : {}),
    words: resultWords(words, writing, speakers),
  };
}

function resultWords(words: readonly Word[], writing: Writing, speakers: SpeakerCount): ResultWord[] {
  const speakerOf = writing.diarized ? speakers.of(words) : undefined;
  return words.map(({ text, start, end }, index) => ({
    word: plain(text),
    start: rounded(start),
    end: rounded(end),
    confidence: CONFIDENCE,
    ...(writing.language === 'multi' ? { language: 'en' } : {}),
    ...(writing.punctuated ? { punctuated_word: text } : {}),
    ...(speakerOf ? { speaker: speakerOf[index]! } : {}),
  }));
}

/** Who is said to speak: sentences are dealt out in turn to two, for the ear cannot tell voices apart. */
export class SpeakerCount {
  #sentences = 0;

  /** A number for each word, with those before in mind. */
  of(words: readonly Word[]): number[] {
    return segmentsOf(wordsAsSegments(words)).flatMap(({ text }, index) =>
      text
        .trim()
        .split(/\s+/)
        .map(() => (this.#sentences + index) % 2),
    );
  }

  /** These words are final. */
  keep(words: readonly Word[]): void {
    this.#sentences += words.filter(({ text }) => /[.?!]$/.test(text)).length;
  }
}

/** As {@link segmentsOf} takes them. */
export function wordsAsSegments(words: readonly Word[]): Word[] {
  return words.map((word) => ({ ...word, text: `${word.text} ` }));
}

export function modelMetadata(requestId: string, { model, diarized }: Writing): ResultMetadata {
  const { uuid, name, version, arch } = listenModelInfo(model);
  return {
    request_id: requestId,
    model_info: { name, version, arch },
    model_uuid: uuid,
    ...diarizer(diarized),
  };
}

/** `models` and `model_info` of a summary. */
export function modelsUsed(model: string): { models: string[]; model_info: Record<string, Omit<ModelInfo, 'uuid'>> } {
  const { uuid, ...info } = listenModelInfo(model);
  return { models: [uuid], model_info: { [uuid]: info } };
}

export function diarizer(diarized: boolean): { diarize_info?: { model_uuid: string; arch: string } } {
  return diarized ? { diarize_info: { model_uuid: uuidOf('diarizer'), arch: 'v1' } } : {};
}

interface ResultMetadata {
  request_id: string;
  model_info: Omit<ModelInfo, 'uuid'>;
  model_uuid: string;
  diarize_info?: { model_uuid: string; arch: string };
}

function plain(text: string): string {
  const bare = text.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  return bare === '' ? text.toLowerCase() : bare;
}
