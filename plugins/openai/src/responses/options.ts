import type { llm } from '@livekit/agents';
import {
  checkCount,
  checkFlag,
  checkJson,
  checkObject,
  checkRange,
  checkString,
  checkStrings,
} from '@patchbay/plugin-kit';
import { checkThinkingTimeout, checkToolChoice } from '../check-options.ts';
import { limitIn } from '../counts.ts';
import type { ChatModels } from '../models.ts';
import type { Reasoning } from '../reasoning.ts';
import type { OpenAIConnectOptions } from '../options.ts';
import { toTextFormat, type ResponseFormat } from './text-format.ts';

/**
 * Which tool the model must use: LiveKit's words for it, or an object as the Responses API has it. So a hosted tool can
 * be chosen (`{ type: 'mcp', server_label: 'docs' }`), or the choice be narrowed without a change to the tools, which
 * would cost the prompt cache: `{ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'book' }] }`.
 *
 * https://platform.openai.com/docs/api-reference/responses/create#responses-create-tool_choice
 */
export type ToolChoice = llm.ToolChoice | { type: string; [field: string]: unknown };

/** More of what a response may carry. Open: the service adds to it. */
export type Includable =
  | 'reasoning.encrypted_content'
  | 'web_search_call.results'
  | 'web_search_call.action.sources'
  | 'file_search_call.results'
  | 'code_interpreter_call.outputs'
  | 'message.output_text.logprobs'
  | (string & {});

/** A prompt that is kept at the service, by id. */
export interface Prompt {
  id: string;
  version?: string | null;
  variables?: Record<string, unknown> | null;
}

/** How the service caches the beginning of a request. Known to gpt-5.6 and later. */
export interface PromptCacheOptions {
  mode?: 'implicit' | 'explicit';
  /** How long it is kept at least. */
  ttl?: '30m' | '12h' | (string & {});
  [field: string]: unknown;
}

/** Options of {@link LLM}. What is left out is left to the service. */
export interface LLMOptions extends Omit<OpenAIConnectOptions, 'model'> {
  /** Default `gpt-4.1`. */
  model: ChatModels | (string & {});
  /** 0 to 2. */
  temperature?: number;
  /** Nucleus sampling, 0 to 1: change this or the temperature, not both. */
  topP?: number;
  /** Whether the model may ask for several tools at once. Sent only where there are tools. */
  parallelToolCalls?: boolean;
  toolChoice?: ToolChoice;
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
  /** Upper bound of the tokens of a response, reasoning included; `Infinity`: none. Reaching it is an error that names it. */
  maxOutputTokens?: number;
  /** Default for the models that have it: as little as they allow. `null`: the service's default. */
  reasoning?: Reasoning | null;
  /** How much the model says: `low`, `medium` or `high`. */
  verbosity?: string;
  /** What a reply looks like: text, JSON, or JSON that keeps a schema (also one of zod). Default: text. */
  responseFormat?: ResponseFormat;
  /** Groups requests that share a prefix, so that the service's prompt cache is hit more often. */
  promptCacheKey?: string;
  /** How long the service keeps a cached prefix at most: `in_memory` or `24h`. */
  promptCacheRetention?: 'in_memory' | '24h' | (string & {});
  /** Breakpoints and lifetime of the prompt cache. */
  promptCacheOptions?: PromptCacheOptions;
  /** A stable, anonymous id of the end user. */
  safetyIdentifier?: string;
  /** An id of the end user. The service prefers `safetyIdentifier` and `promptCacheKey`. */
  user?: string;
  /** What happens to a conversation that is too long for the model: `disabled` is an error, `auto` drops its beginning. */
  truncation?: 'auto' | 'disabled' | (string & {});
  /**
   * More of what a response may carry. `reasoning.encrypted_content` is added where the model reasons and nothing is
   * stored, unless the server refuses: it is how such a model remembers its thoughts.
   */
  include?: readonly Includable[];
  /** A prompt that is kept at the service. */
  prompt?: Prompt;
  /** Most calls of hosted tools in one response. */
  maxToolCalls?: number;
  /** Added to every request as it is; `extraKwargs` of a call win over it, and it wins over the options above. */
  extraBody?: Record<string, unknown>;
  /** A WebSocket that turns share; `false`: HTTP and server-sent events, one request per turn. Default true. */
  useWebSocket?: boolean;
  /**
   * Parallel turns share a socket, each in a lane of its own (`stream_id`), where otherwise each has a socket to itself.
   * Saves the handshake of the second one. In return a reply that is interrupted while others go on is only dropped
   * here: the service stops making it when the last of them is over. Default false.
   */
  lanes?: boolean;
  /**
   * Longest silence in milliseconds while the model reasons or a hosted tool runs; any other silence is bounded by
   * `connOptions.timeoutMs`. Default 60,000.
   */
  thinkingTimeoutMs?: number;
}

const texts = [
  'serviceTier',
  'verbosity',
  'promptCacheKey',
  'promptCacheRetention',
  'safetyIdentifier',
  'user',
  'truncation',
] as const;

/**
 * Of these, `null` passes: it is not sent.
 *
 * @throws PatchbayError `invalid-option` that names the option.
 */
export function checkLLMOptions(options: Partial<LLMOptions>): void {
  checkObject('options', options);
  checkFlag('useWebSocket', options.useWebSocket);
  checkFlag('lanes', options.lanes);
  checkThinkingTimeout(options.thinkingTimeoutMs);
  const of = (name: keyof LLMOptions): unknown => options[name] ?? undefined;
  checkRange('temperature', of('temperature'), [0, 2]);
  checkCount('maxOutputTokens', limitIn(options.maxOutputTokens), [1, Infinity]);
  checkToolChoice(of('toolChoice'));
  checkRange('topP', of('topP'), [0, 1]);
  checkCount('maxToolCalls', of('maxToolCalls'), [1, Infinity]);
  if (options.responseFormat != null) toTextFormat(options.responseFormat);
  checkStrings('include', of('include'));
  checkJson('prompt', of('prompt'));
  checkJson('promptCacheOptions', of('promptCacheOptions'));
  checkObject('reasoning', of('reasoning'));
  checkJson('metadata', of('metadata'));
  checkJson('extraBody', of('extraBody'));
  for (const name of ['parallelToolCalls', 'store', 'strictToolSchema'] as const) checkFlag(name, of(name));
  for (const name of texts) checkString(name, of(name));
}
