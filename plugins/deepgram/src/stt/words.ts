import { fieldsOf, listOf, textOf, type SpeechDetails, type SpeechWord } from '@patchbay/plugin-kit';

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
    confidence: typeof confidence === 'number' ? confidence : undefined,
  };
}

/** Who said most of these words, if speakers are told apart. */
function speakerOf(words: readonly unknown[]): string | undefined {
  const counts = new Map<number, number>();
  for (const word of words) {
    const { speaker } = fieldsOf(word);
    if (typeof speaker === 'number') counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most === undefined ? undefined : `S${most[0]}`;
}

/** What an alternative says beside its text: of the words, where they were said, and by whom. */
export function detailsOf(alternative: Readonly<Record<string, unknown>>): SpeechDetails {
  const list = listOf(alternative.words);
  const words = list.map(wordOf);
  const languages = listOf(alternative.languages).filter((each) => typeof each === 'string');
  const speakerId = speakerOf(list);
  const [first, last] = [words[0], words.at(-1)];
  return {
    words,
    ...(typeof alternative.confidence === 'number' ? { confidence: alternative.confidence } : {}),
    ...(first?.startMs === undefined ? {} : { startMs: first.startMs }),
    ...(last?.endMs === undefined ? {} : { endMs: last.endMs }),
    ...(languages.length === 0 ? {} : { languages }),
    ...(speakerId === undefined ? {} : { speakerId }),
  };
}
