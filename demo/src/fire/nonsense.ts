/** Messages that no client should mind, beside the one of this type: `where` says on which path, and how often. */
export function nonsense(beside: string | number, where: string): string[] {
  return ['malformed-json', 'json-null', 'json-number', 'json-array', 'unknown-event', 'orphan'].map(
    (name) => `${name}:${beside},${where}`,
  );
}
