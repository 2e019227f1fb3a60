import type { llm } from '@livekit/agents';
import { checkCount, checkFlag, checkJson, checkObject, checkRange, checkString } from '@patchbay/plugin-kit';
import { checkThinkingTimeout, checkToolChoice } from '../check-options.ts';
import { limitIn } from '../counts.ts';
import type { ChatModels } from '../models.ts';
import type { OpenAIConnectOptions } from '../options.ts';
import type { ReasoningEffort } from '../reasoning.ts';

/** Options of {@link LLM}. What is left out is left to the service. */
export interface LLMOptions extends Omit<OpenAIConnectOptions, 'model'> {
  /** Default `gpt-4.1`. */
  model: ChatModels | (string & {});
  /** 0 to 2. Not sent to models that refuse it: the o series and gpt-5. */
  temperature?: number;
  /** 0 to 1. Not sent to models that refuse it: the o series and gpt-5. */
  topP?: number;
  toolChoice?: llm.ToolChoice;
  /** Whether the model may ask for several tools at once. Sent only where there are tools. Default true. */
  parallelToolCalls?: boolean;
  /** Upper bound of the tokens of an answer, reasoning included. 0 or `Infinity`: none. */
  maxCompletionTokens?: number;
  /**
   * Default for the models that have it: as little as they allow. `null`: the service's default. With tools, gpt-5.2
   * and later take no effort but `none` here, so none is sent; `responses.LLM` has both.
   */
  reasoningEffort?: ReasoningEffort | null;
  /** How much the model says: `low`, `medium` or `high`. */
  verbosity?: string;
  /**
   * Structured output: a zod object, a JSON schema, or the `response_format` of the API as it is. LiveKit speaks what
   * comes, so this is for an LLM that is asked directly.
   */
  responseFormat?: object;
  /** Send tools that allow it in strict mode. Default false. */
  strictToolSchema?: boolean;
  /** `auto`, `default`, `flex`, `scale` or `priority`. */
  serviceTier?: string;
  /** Whether the service keeps the answer. */
  store?: boolean;
  metadata?: Record<string, string>;
  /** An id of the end user. OpenAI prefers `safetyIdentifier` and `promptCacheKey`. */
  user?: string;
  /** A stable, anonymous id of the end user. */
  safetyIdentifier?: string;
  /** Groups requests that share a prefix, so that the service's prompt cache is hit more often. */
  promptCacheKey?: string;
  /** How long the prompt cache keeps a prefix: `in_memory` or `24h`. */
  promptCacheRetention?: string;
  /** Added to every request as it is; `extraKwargs` of a call win over it, and it wins over the options above. */
  extraBody?: Record<string, unknown>;
  /**
   * Longest silence in milliseconds while the model reasons; any other silence is bounded by `connOptions.timeoutMs`.
   * Default 60,000.
   */
  thinkingTimeoutMs?: number;
}

/**
 * Of these, `null` passes: it is not sent.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function checkLLMOptions(options: Partial<LLMOptions>): void {
  checkObject('options', options);
  const of = (name: keyof LLMOptions): unknown => options[name] ?? undefined;
  checkThinkingTimeout(options.thinkingTimeoutMs);
  checkRange('temperature', of('temperature'), [0, 2]);
  checkRange('topP', of('topP'), [0, 1]);
  checkCount('maxCompletionTokens', limitIn(options.maxCompletionTokens), [0, Infinity]);
  checkToolChoice(of('toolChoice'));
  checkObject('responseFormat', of('responseFormat'));
  checkJson('metadata', of('metadata'));
  checkJson('extraBody', of('extraBody'));
  for (const name of ['parallelToolCalls', 'store', 'strictToolSchema'] as const) checkFlag(name, of(name));
  for (const name of strings) checkString(name, of(name));
}

const strings = [
  'reasoningEffort',
  'verbosity',
  'serviceTier',
  'user',
  'safetyIdentifier',
  'promptCacheKey',
  'promptCacheRetention',
] as const satisfies readonly (keyof LLMOptions)[];
