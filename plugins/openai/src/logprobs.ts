/** The log probabilities in a list of the service's tokens; `undefined` where there is none. */
export function logprobsIn(tokens: unknown): number[] | undefined {
  if (!Array.isArray(tokens)) return undefined;
  const values = tokens.flatMap((token: unknown) => {
    const logprob = (token as { logprob?: unknown } | null)?.logprob;
    return typeof logprob === 'number' && Number.isFinite(logprob) ? [logprob] : [];
  });
  return values.length === 0 ? undefined : values;
}
