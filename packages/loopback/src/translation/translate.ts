/**
 * The "translation": the same words behind a mark, e.g. `[es] good morning`, so that a test can tell what was heard, in
 * which language it came out, and that it was said once. `undefined` where an interpreter says nothing: for nothing,
 * and for what is in the target language already, as the live model does
 * (https://developers.openai.com/cookbook/examples/voice_solutions/realtime_translation_guide).
 */
export function translate(phrase: string, language: string): string | undefined {
  const mark = `[${language}]`;
  return phrase === '' || phrase.startsWith(mark) ? undefined : `${mark} ${phrase}`;
}
