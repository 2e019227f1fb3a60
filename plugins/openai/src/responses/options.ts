import type { llm } from '@livekit/agents';
import { checkCount, checkFlag, checkJson, checkObject, checkRange, checkString } from '@patchbay/plugin-kit';
import { checkToolChoice } from '../check-options.ts';
import type { ChatModels } from '../models.ts';
import type { Reasoning } from '../reasoning.ts';
import type { OpenAIConnectOptions } from '../options.ts';

/** Options of {@link LLM}. What is left out is left to the service. */
export interface LLMOptions extends Omit<OpenAIConnectOptions, 'model'> {
  /** Default `gpt-4.1`. */
  model: ChatModels | (string & {});
  /** 0 to 2. */
  temperature?: number;
  /** Whether the model may ask for several tools at once. Sent only where there are tools. */
  parallelToolCalls?: boolean;
  toolChoice?: llm.ToolChoice;
  /**
   * Whether the service keeps the responses. With `false`, turns still continue one another, but only on the socket
   * that remembers the last one. Default: the service's, which is to keep them.
   */
  store?: boolean;
  metadata?: Record<string, string>;
  /** Send tools that allow it in strict mode. Default true. */
  strictToolSchema?: boolean;
  /** `auto`, `default`, `priority` or `flex`. */
  serviceTier?: string;
  /** Upper bound of the tokens of a response, reasoning included. Reaching it is an error that names it. */
  maxOutputTokens?: number;
  /** Default for the models that have it: as little as they allow. `null`: the service's default. */
  reasoning?: Reasoning | null;
  /** How much the model says: `low`, `medium` or `high`. */
  verbosity?: string;
  /** Groups requests that share a prefix, so that the service's prompt cache is hit more often. */
  promptCacheKey?: string;
  /** A stable, anonymous id of the end user. */
  safetyIdentifier?: string;
  /** Added to every request as it is; `extraKwargs` of a call win over it, and it wins over the options above. */
  extraBody?: Record<string, unknown>;
  /** A WebSocket that turns share; `false`: HTTP and server-sent events, one request per turn. Default true. */
  useWebSocket?: boolean;
  /**
   * Longest silence in milliseconds while the model reasons or a hosted tool runs; any other silence is bounded by
   * `connOptions.timeoutMs`. Default 60,000.
   */
  thinkingTimeoutMs?: number;
}

/** A day: longer than anybody waits, and short enough for a timer. */
const longestMs = 86_400_000;

/**
 * Of these, `null` passes: it is not sent.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function checkLLMOptions(options: Partial<LLMOptions>): void {
  const of = (name: keyof LLMOptions): unknown => options[name] ?? undefined;
  checkFlag('useWebSocket', options.useWebSocket);
  checkRange('thinkingTimeoutMs', options.thinkingTimeoutMs, [1, longestMs]);
  checkRange('temperature', of('temperature'), [0, 2]);
  checkCount('maxOutputTokens', of('maxOutputTokens'), [1, Infinity]);
  checkToolChoice(of('toolChoice'));
  checkObject('reasoning', of('reasoning'));
  checkJson('metadata', of('metadata'));
  checkJson('extraBody', of('extraBody'));
  for (const name of ['parallelToolCalls', 'store', 'strictToolSchema'] as const) checkFlag(name, of(name));
  for (const name of ['serviceTier', 'verbosity', 'promptCacheKey', 'safetyIdentifier'] as const) {
    checkString(name, of(name));
  }
}
