import { checkCount, checkFlag, checkObject, checkOneOf, checkRange, refuseOption } from '@patchbay/plugin-kit';

/** How the service finds the end of a turn. `null`, which is "not at all", passes. */
export function checkTurnDetection(option: string, value: unknown, { typed }: { typed: boolean }): void {
  if (value === null || value === undefined) return;
  checkObject(option, value);
  const detection = value as Record<string, unknown>;
  if (typed && detection.type === undefined) refuseOption(`${option}.type`, "'server_vad' or 'semantic_vad'");
  checkOneOf(`${option}.type`, detection.type, ['server_vad', 'semantic_vad']);
  checkOneOf(`${option}.eagerness`, detection.eagerness, ['auto', 'low', 'medium', 'high']);
  checkRange(`${option}.threshold`, detection.threshold, [0, 1]);
  for (const name of ['prefix_padding_ms', 'silence_duration_ms']) {
    checkCount(`${option}.${name}`, detection[name], [0, Infinity]);
  }
  checkCount(`${option}.idle_timeout_ms`, detection.idle_timeout_ms ?? undefined, [0, Infinity]);
  for (const name of ['create_response', 'interrupt_response']) checkFlag(`${option}.${name}`, detection[name]);
}

/** Up to a day: longer than anybody waits, and short enough for a timer. */
export function checkThinkingTimeout(value: unknown): void {
  checkRange('thinkingTimeoutMs', value, [1, 86_400_000]);
}

/** Which tool a model must use: LiveKit's words for it, or an object that names one. An empty one is not set. */
export function checkToolChoice(value: unknown): void {
  if (value === '') return;
  checkWordOrObject('toolChoice', value, ['auto', 'none', 'required']);
  if (typeof value !== 'object') return;
  if (typeof (value as { type?: unknown }).type !== 'string')
    refuseOption('toolChoice.type', "a string, e.g. 'function'");
}

/** One of a few words, or an object with particulars. */
export function checkWordOrObject(option: string, value: unknown, words: readonly string[]): void {
  if (typeof value === 'string') checkOneOf(option, value, words);
  else checkObject(option, value);
}
