/** The mean probability of tokens whose log probabilities these are: the geometric mean, which does not fall with length. */
export function meanProbability(logprobs: readonly number[] | undefined): number | undefined {
  if (logprobs === undefined || logprobs.length === 0) return undefined;
  return Math.min(1, Math.exp(logprobs.reduce((sum, each) => sum + each, 0) / logprobs.length));
}
