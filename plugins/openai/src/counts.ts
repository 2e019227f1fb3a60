/** A count of a service's, if it is one: text would be put behind the sum, and LiveKit's metrics with it. */
export function countIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The most tokens of an answer, if there is a limit: `Infinity` is none, as it is with upstream, which sends `null`. */
export function limitIn(tokens: number | null | undefined): number | undefined {
  return tokens === Infinity ? undefined : (tokens ?? undefined);
}
