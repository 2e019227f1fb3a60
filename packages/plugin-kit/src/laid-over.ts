/** What is given of some options, over what held before. */
export function laidOver<Options extends object>(
  before: Options,
  given: Partial<Options>,
  names: readonly (keyof Options)[],
): Options {
  const said = names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const]));
  return { ...before, ...(Object.fromEntries(said) as Partial<Options>) };
}
