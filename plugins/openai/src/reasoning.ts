/** How much a reasoning model thinks. Open: models know different levels, and newer ones know more. */
export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | (string & {});

/** What a request may say of reasoning. */
export interface ReasoningOptions {
  effort?: ReasoningEffort | null;
  /** `auto`, `concise` or `detailed`: what the model thought, in short. */
  summary?: string | null;
  /** The older name of `summary`. */
  generate_summary?: string | null;
  /** `standard` or `pro`. */
  mode?: string | null;
  /** Which earlier thoughts are looked at: `auto`, `current_turn` or `all_turns`. */
  context?: string | null;
}

/** The `reasoning` of a request; what is not known here is passed on as it is. */
export interface Reasoning extends ReasoningOptions {
  [field: string]: unknown;
}

/** Whether a model of OpenAI's takes a reasoning effort: the o series, and gpt-5 and later except the chat variants. */
export function supportsReasoningEffort(model: string): boolean {
  return /^(o\d|gpt-([5-9]|\d\d))/.test(model) && !/-chat/.test(model);
}

/**
 * The least that a model may think before it speaks, for the models that are known to allow it; a caller waits for
 * every second of it. By family, so that dated and sized variants follow: `minimal` for gpt-5, and `none` from
 * gpt-5.1 on. Pro and codex variants, and generations to come, keep what the service thinks right.
 *
 * https://developers.openai.com/api/docs/guides/reasoning
 */
export function defaultReasoningEffort(model: string): 'none' | 'minimal' | undefined {
  const match = /^gpt-5(\.\d+)?(-(mini|nano|sol|luna|terra))?(-\d{4}-\d\d-\d\d)?$/.exec(model);
  if (match === null) return undefined;
  return match[1] === undefined ? 'minimal' : 'none';
}
