import { createTimedString, normalizeLanguage, type stt } from '@livekit/agents';

/** What a provider knows of a transcript beside its text. Times are milliseconds of audio on the present socket. */
export interface SpeechDetails {
  /** Any way of naming a language; it is normalised. Default: the one the user set. */
  language?: string;
  /** All languages that were heard, the most spoken one first. */
  languages?: readonly string[];
  /** What was said, run by run, where the text is a translation or its runs are told. */
  sources?: readonly LanguageRun[];
  /** What it was translated into, run by run. */
  targets?: readonly LanguageRun[];
  /** 0 to 1. Default: the mean probability of the tokens, or 1 where nothing is known of them. */
  confidence?: number;
  /** Log probability of each token of this text. Those of `Speech.delta` add up. */
  logprobs?: readonly number[] | undefined;
  startMs?: number | undefined;
  endMs?: number | undefined;
  /** Default: who `Speech.spoke` most. */
  speakerId?: string | null | undefined;
  words?: readonly SpeechWord[];
  /** The provider's name for the request. Default: that of the piece of speech. */
  requestId?: string;
  metadata?: Record<string, unknown>;
}

/** A word, and where it was said. */
export interface SpeechWord {
  text: string;
  startMs?: number | undefined;
  endMs?: number | undefined;
  confidence?: number | undefined;
}

/** What speech has cost. */
export interface SpeechUsage {
  /** Default: from the beginning to the end of the speech, where both are known. */
  audioMs?: number;
  /** The provider's name for the request. Default: that of the piece of speech. */
  requestId?: string;
  inputTokens?: number;
  outputTokens?: number;
}

/** Text in a row in one language; '': nobody knows which. */
export interface LanguageRun {
  language: string;
  text: string;
}

/** A transcript as LiveKit has it. `secondsAt`: milliseconds of audio on the present socket → seconds of the stream. */
export function speechDataOf(
  text: string,
  details: SpeechDetails,
  fallbackLanguage: string,
  secondsAt: (socketMs: number) => number,
): stt.SpeechData {
  const { languages = [], sources = [], targets = [], confidence = 1, startMs, endMs, speakerId, metadata } = details;
  const data: stt.SpeechData = {
    text,
    language: normalizeLanguage(details.language ?? languages[0] ?? fallbackLanguage),
    // 0 is LiveKit's way of saying that a time is not known.
    startTime: startMs === undefined ? 0 : secondsAt(startMs),
    endTime: endMs === undefined ? 0 : secondsAt(endMs),
    confidence,
  };
  if (languages.length > 1) data.sourceLanguages = languages.map(normalizeLanguage);
  if (sources.length > 0) Object.assign(data, { sourceLanguages: languagesOf(sources), sourceTexts: textsOf(sources) });
  if (targets.length > 0) Object.assign(data, { targetLanguages: languagesOf(targets), targetTexts: textsOf(targets) });
  if (speakerId !== undefined) data.speakerId = speakerId;
  if (details.words !== undefined) data.words = details.words.map((word) => timedString(word, secondsAt));
  if (metadata !== undefined) data.metadata = metadata;
  return data;
}

/** Hot: each interim transcript tells all its words again. */
function timedString({ text, startMs, endMs, confidence }: SpeechWord, secondsAt: (socketMs: number) => number) {
  const timed = createTimedString({ text });
  if (startMs !== undefined) timed.startTime = secondsAt(startMs);
  if (endMs !== undefined) timed.endTime = secondsAt(endMs);
  if (confidence !== undefined) timed.confidence = confidence;
  return timed;
}

function languagesOf(runs: readonly LanguageRun[]): stt.SpeechData['language'][] {
  return runs.map(({ language }) => normalizeLanguage(language));
}

function textsOf(runs: readonly LanguageRun[]): string[] {
  return runs.map(({ text }) => text);
}
