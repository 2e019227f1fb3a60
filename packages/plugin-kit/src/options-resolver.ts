import { resolveOptions, type OptionRules } from './option-rules.ts';

/**
 * What the user said, over what held before; at first, over the defaults.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export type OptionsResolver<Options extends object> = (given?: Partial<Options>, before?: Options) => Options;

/** {@link resolveOptions} of a class that has nothing to say but its rules. */
export function resolverOf<Options extends object>(rules: OptionRules<Options>): OptionsResolver<Options> {
  return (given, before) => resolveOptions(rules, given, before);
}
