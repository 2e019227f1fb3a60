/**
 * What a service said, where it said it in words; anything else as JSON, because an error must not get lost for the
 * shape of its text. `undefined` for nothing at all.
 */
export function wordsOf(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value);
  } catch {
    // Nested so deeply that the stack ends first.
    return 'something unreadable';
  }
}
