/** Of so many words that were said, so many were heard wrongly: taken for others, missed, or made up. */
export function wordErrorRate(pairs: readonly (readonly [said: string, heard: string])[]): number {
  let errors = 0;
  let count = 0;
  for (const [said, heard] of pairs) {
    const words = wordsOf(said);
    errors += distance(words, wordsOf(heard));
    count += words.length;
  }
  return errors / count;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z']+/g) ?? [];
}

/** Levenshtein's. */
function distance(said: readonly string[], heard: readonly string[]): number {
  let row = heard.map((_, index) => index + 1);
  row.unshift(0);
  for (const [index, word] of said.entries()) {
    const next = [index + 1];
    for (const [at, other] of heard.entries()) {
      next.push(Math.min(row[at + 1]! + 1, next[at]! + 1, row[at]! + (word === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
