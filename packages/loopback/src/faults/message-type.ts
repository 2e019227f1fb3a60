/** Of one word, and not by the pattern of its protocol: OpenAI's, its end of a stream, and Soniox's, whose messages are called by a field. */
const alone: ReadonlySet<string> = new Set([
  ...['error', '[DONE]'],
  ...['<end>', '<fin>', 'finished', 'tokens', 'model', 'finalize', 'keepalive'],
  ...['terminated', 'audio_end', 'audio', 'cancel', 'keep_alive', 'text'],
]);
/** `response.created`, as OpenAI writes it. */
const dotted = /^[a-z]\w*(?:\.[a-z]\w*)+$/;
/** `SpeechStarted`, as Deepgram does. */
const capital = /^[A-Z][A-Za-z]+$/;

/** Whether a message may be called so: `TYPE`, or `TYPE#2` for the second of its kind. What is no type is never met, and its fault never happens. */
export function isMessageType(text: string): boolean {
  const [, type = ''] = /^(.+?)(?:#[1-9]\d{0,8})?$/.exec(text) ?? [];
  return alone.has(type) || dotted.test(type) || capital.test(type);
}
