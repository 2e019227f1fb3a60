/**
 * Each word of a text, or of several: long lists of names would take a line per name otherwise.
 *
 * @example
 * ```ts
 * type Voices = Words<'alloy ash' | 'ballad'>; // 'alloy' | 'ash' | 'ballad'
 * ```
 */
export type Words<Text extends string, Found = never> = Text extends `${infer Word} ${infer Rest}`
  ? Words<Rest, Found | Word>
  : Found | Text;
