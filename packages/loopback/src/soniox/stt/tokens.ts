import { translate } from '../../translation/translate.ts';
import type { Token } from './events.ts';
import type { TranscribeSettings, Translation } from './settings.ts';

/** A word, and what is said about all of it. */
export interface SpokenWord {
  text: string;
  startMs: number;
  endMs: number;
  speaker: string;
  language: string;
  /** Nothing was said before it. */
  isFirst: boolean;
}

/** The same for every token: nobody doubts what was carried beside the voice. */
const CONFIDENCE = 0.99;
const PIECES = /[\p{L}\p{N}'’]{1,5}|[^\p{L}\p{N}'’]+/gu;

type Asked = Pick<TranscribeSettings, 'diarized' | 'identified' | 'translation'>;

/**
 * Words as Soniox cuts them: "words or subwords", with the space before a word as part of its first piece, so that
 * texts are joined by nothing. Punctuation is a token that takes no time.
 */
export function tokensOf(words: readonly SpokenWord[], isFinal: boolean, asked: Asked): Token[] {
  return words.flatMap((word) => {
    const pieces = word.text.match(PIECES) ?? [word.text];
    const weights = pieces.map((piece) => (/[\p{L}\p{N}]/u.test(piece) ? piece.length : 0));
    const total = Math.max(
      1,
      weights.reduce((sum, weight) => sum + weight, 0),
    );
    let before = 0;
    return pieces.map((piece, index): Token => {
      const at = (weight: number): number => Math.round(word.startMs + ((word.endMs - word.startMs) * weight) / total);
      const start_ms = at(before);
      before += weights[index]!;
      return {
        text: index === 0 && !word.isFirst ? ` ${piece}` : piece,
        start_ms,
        end_ms: at(before),
        confidence: CONFIDENCE,
        is_final: isFinal,
        ...(asked.diarized ? { speaker: word.speaker } : {}),
        ...(asked.identified || asked.translation ? { language: word.language } : {}),
        ...(asked.translation ? { translation_status: targetOf(word, asked.translation) ? 'original' : 'none' } : {}),
      };
    });
  });
}

/** What becomes of words in the other language, of which there are no times. */
export function translationsOf(words: readonly SpokenWord[], asked: Asked): Token[] {
  const { translation } = asked;
  if (!translation) return [];
  return runsOf(words).flatMap((run) => {
    const { language: source, speaker } = run[0]!;
    const target = targetOf(run[0]!, translation);
    const text = target && translate(run.map((word) => word.text).join(' '), target);
    if (!text) return [];
    return text.split(/(?=\s)/).map((piece, index): Token => ({
      text: index === 0 && !run[0]!.isFirst ? ` ${piece}` : piece,
      confidence: CONFIDENCE,
      is_final: true,
      ...(asked.diarized ? { speaker } : {}),
      language: target,
      translation_status: 'translation',
      source_language: source,
    }));
  });
}

/** A marker: always final. */
export function markerOf(text: '<end>' | '<fin>', atMs: number): Token {
  return { text, start_ms: atMs, end_ms: atMs, confidence: 1, is_final: true };
}

/** The language that something is translated into; `undefined`: it is not. */
function targetOf({ language }: SpokenWord, translation: Translation): string | undefined {
  if ('to' in translation) return translation.to === language ? undefined : translation.to;
  const [one, other] = translation.between;
  if (language === one) return other;
  return language === other ? one : undefined;
}

/** Words in a row in one language by one speaker. */
function runsOf(words: readonly SpokenWord[]): SpokenWord[][] {
  const runs: SpokenWord[][] = [];
  for (const word of words) {
    const last = runs.at(-1)?.at(-1);
    if (last && last.language === word.language && last.speaker === word.speaker) runs.at(-1)!.push(word);
    else runs.push([word]);
  }
  return runs;
}
