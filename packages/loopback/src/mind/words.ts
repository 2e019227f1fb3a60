/** A text in the pieces in which a model would send it: each word with the space after it. */
export function words(text: string): string[] {
  return text.match(/\s*\S+\s*/g) ?? [];
}
