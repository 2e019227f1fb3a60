/** A count of a service's, if it is one: text would be put behind the sum, and LiveKit's metrics with it. */
export function countIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
