import {
  fieldsOf,
  listOf,
  numberOf,
  Speakers,
  textOf,
  type SpeechDetails,
  type SpeechWord,
} from '@patchbay/plugin-kit';

/** Seconds of an answer, which may be anything, as milliseconds. */
export function msOf(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

function wordOf(value: unknown): SpeechWord {
  const { word, punctuated_word: punctuated, start, end, confidence } = fieldsOf(value);
  return {
    text: textOf(punctuated) || textOf(word),
    startMs: msOf(start),
    endMs: msOf(end),
    confidence: numberOf(confidence),
  };
}

/** Who said most of these words, if speakers are told apart. */
function speakerOf(words: readonly unknown[]): string | undefined {
  const speakers = new Speakers();
  for (const { speaker } of words.map(fieldsOf)) if (typeof speaker === 'number') speakers.add(`S${speaker}`, 1);
  return speakers.most;
}

/** What an alternative says beside its text: of the words, where they were said, and by whom. */
export function detailsOf(alternative: Readonly<Record<string, unknown>>): SpeechDetails {
  const list = listOf(alternative.words);
  const words = list.map(wordOf);
  const languages = listOf(alternative.languages).filter((each) => typeof each === 'string');
  return {
    words,
    ...(typeof alternative.confidence === 'number' ? { confidence: alternative.confidence } : {}),
    languages,
    startMs: words[0]?.startMs,
    endMs: words.at(-1)?.endMs,
    speakerId: speakerOf(list),
  };
}
