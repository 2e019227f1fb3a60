import { createTimedString, normalizeLanguage, type stt } from '@livekit/agents';
import { meanProbability, Speakers, type JsonMessage } from '@patchbay/plugin-kit';
import { logprobsIn } from '../logprobs.ts';

type SpeechData = stt.SpeechData;

interface Segment {
  text: string;
  startTime: number;
  endTime: number;
  speakerId?: string;
}

/**
 * An answer to a request, in whichever of its formats it comes: `json`, with log probabilities or languages;
 * `verbose_json`, with times; `diarized_json`, with speakers. `expected` is the language where it names none, `from`
 * the second from which times are counted.
 */
export function speechDataOf(answer: JsonMessage, expected: string, from = 0): SpeechData {
  const languages = languageCodesIn(answer.languages);
  const segments = recordsIn(answer.segments).map((segment) => segmentOf(segment, from));
  const words = recordsIn(answer.words).map((word) => wordOf(word, from));
  const [times, speakerId] = [words.length > 0 ? words : segments, mostSpeaking(segments)];
  const duration = numberIn(answer.duration);
  return {
    text: textIn(answer.text),
    language: normalizeLanguage(languages[0] ?? (textIn(answer.language) || expected)),
    ...(languages.length > 1 ? { sourceLanguages: languages.map(normalizeLanguage) } : {}),
    // 0 is LiveKit's way of saying that something is not known.
    startTime: times[0]?.startTime ?? (duration === undefined ? 0 : from),
    endTime: times.at(-1)?.endTime ?? (duration === undefined ? 0 : from + duration),
    confidence: meanProbability(logprobsIn(answer.logprobs) ?? tokenLogprobs(answer.segments)) ?? 0,
    ...(words.length > 0 ? { words } : {}),
    ...(speakerId === undefined ? {} : { speakerId }),
    ...(segments.length > 0 ? { metadata: { segments, ...(duration === undefined ? {} : { duration }) } } : {}),
  };
}

/** ISO 639-1 codes out of `[{ code }]`, the most spoken language first. */
export function languageCodesIn(languages: unknown): string[] {
  return recordsIn(languages).flatMap(({ code }) => textIn(code) || []);
}

/** `{ type: 'tokens', input_tokens, output_tokens }` or `{ type: 'duration', seconds }`, by model. */
export function usageIn(usage: unknown): { seconds?: number; inputTokens?: number; outputTokens?: number } {
  const { seconds, input_tokens: input, output_tokens: output } = (usage ?? {}) as Record<string, unknown>;
  return {
    ...(typeof seconds === 'number' ? { seconds } : {}),
    ...(typeof input === 'number' ? { inputTokens: input } : {}),
    ...(typeof output === 'number' ? { outputTokens: output } : {}),
  };
}

function segmentOf({ text, start, end, speaker }: JsonMessage, from: number): Segment {
  const speakerId = textIn(speaker);
  return {
    text: textIn(text).trim(),
    startTime: from + (numberIn(start) ?? 0),
    endTime: from + (numberIn(end) ?? 0),
    ...(speakerId === '' ? {} : { speakerId }),
  };
}

function wordOf({ word, start, end }: JsonMessage, from: number): NonNullable<SpeechData['words']>[number] {
  const [startTime, endTime] = [from + (numberIn(start) ?? 0), from + (numberIn(end) ?? 0)];
  return createTimedString({ text: textIn(word), startTime, endTime });
}

function mostSpeaking(segments: readonly Segment[]): string | undefined {
  const speakers = new Speakers();
  for (const { speakerId, startTime, endTime } of segments) {
    if (speakerId !== undefined) speakers.add(speakerId, endTime - startTime);
  }
  return speakers.most;
}

/** Whisper tells the mean of each segment: once per token, so that a long segment counts for more than a short one. */
function tokenLogprobs(segments: unknown): number[] {
  return recordsIn(segments).flatMap(({ avg_logprob: mean, tokens }) => {
    const logprob = numberIn(mean);
    const count = Array.isArray(tokens) ? Math.max(1, tokens.length) : 1;
    return logprob === undefined ? [] : Array.from({ length: count }, () => logprob);
  });
}

function recordsIn(list: unknown): JsonMessage[] {
  if (!Array.isArray(list)) return [];
  return list.filter((each): each is JsonMessage => typeof each === 'object' && each !== null);
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
