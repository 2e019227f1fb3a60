/** Options under the names that a wire has for them: `sampleRate` is `sample_rate`. */
export function snakeCased<Options extends object, Name extends keyof Options & string>(
  options: Options,
  names: readonly Name[],
): Record<string, Options[Name]> {
  const wireName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(names.map((name) => [wireName(name), options[name]]));
}
