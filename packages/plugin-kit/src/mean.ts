/** The arithmetic mean; of nothing there is none. */
export function meanOf(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** The mean probability of tokens whose log probabilities these are: the geometric mean, which does not fall with length. */
export function meanProbability(logprobs: readonly number[] = []): number | undefined {
  const mean = meanOf(logprobs);
  return mean === undefined ? undefined : Math.min(1, Math.exp(mean));
}
