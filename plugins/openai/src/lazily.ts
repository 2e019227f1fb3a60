/** Makes a value when it is first asked for, and only then says why it could not be made. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
