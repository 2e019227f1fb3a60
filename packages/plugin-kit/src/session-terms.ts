/** Words to prefer: the user's, and behind them those that LiveKit adds for a session and that can be sent. Each once. */
export function withSessionTerms(own: readonly string[], session: readonly string[]): string[] {
  return [...new Set([...own, ...session.filter(isSendable)])];
}

/** A language model may have found them: nothing, or what no URL can hold, must not cost a call. */
function isSendable(term: string): boolean {
  return term.trim() !== '' && !/[\p{Surrogate}\r\n\0]/u.test(term);
}

/**
 * How many of so many, the first ones first, fit where fewer always do. Found by halving: of thousands it takes a dozen
 * tries, and one if all of them fit.
 */
export function mostThatFit(count: number, fits: (count: number) => boolean): number {
  if (count === 0 || fits(count)) return count;
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** As many tokens as these may be: one is a piece of a word, and in names three bytes are a short one. */
export function mostTokensOf(terms: readonly string[]): number {
  const words = terms.flatMap((term) => term.match(/\S+/g) ?? []);
  return words.reduce((sum, word) => sum + Math.ceil(Buffer.byteLength(word) / 3), 0);
}
