/**
 * What comes back from chat completions, as far as a voice agent looks at it:
 * https://platform.openai.com/docs/api-reference/chat-streaming. Dozens of servers speak it, each a little differently,
 * so everything is optional and may be `null`.
 */

type Maybe<T> = T | null | undefined;

/** One event of a streamed answer; or, from a server that does not stream, all of the answer. */
export interface ChatCompletionChunk {
  id?: Maybe<string>;
  choices?: Maybe<readonly Maybe<ChatCompletionChoice>[]>;
  /** Comes last, with empty `choices`; from some servers on every event, growing. */
  usage?: Maybe<ChatCompletionUsage>;
  service_tier?: Maybe<string>;
  /** Groq's place for the usage. https://console.groq.com/docs/api-reference#chat-create */
  x_groq?: Maybe<{ usage?: Maybe<ChatCompletionUsage> }>;
  /** How gateways tell that the provider broke off after the answer had begun. */
  error?: Maybe<ChatErrorBody | string>;
  /** `error` where the event itself is one (vLLM). */
  object?: Maybe<string>;
}

export interface ChatCompletionChoice {
  index?: Maybe<number>;
  delta?: Maybe<ChatCompletionDelta>;
  /** In the place of `delta` where the answer comes in one piece. */
  message?: Maybe<ChatCompletionDelta>;
  /** `stop`, `tool_calls`, `length`, `content_filter`, and what else servers make up. */
  finish_reason?: Maybe<string>;
  /** Moonshot's place for the usage. */
  usage?: Maybe<ChatCompletionUsage>;
  /** OpenRouter's place for the failure of one choice. */
  error?: Maybe<ChatErrorBody | string>;
}

export interface ChatCompletionDelta {
  content?: Maybe<string | readonly unknown[]>;
  /** The model declines in words; for a caller these are words like any other. */
  refusal?: Maybe<string>;
  /** Thoughts, by the names that DeepSeek, vLLM, Groq and OpenRouter have for them. They are not for the caller. */
  reasoning_content?: Maybe<string>;
  reasoning?: Maybe<string>;
  tool_calls?: Maybe<readonly Maybe<ToolCallDelta>[]>;
  /** What the provider wants to see again with the next request, e.g. Google's thought signatures. */
  extra_content?: Maybe<Record<string, unknown>>;
}

/** A piece of a tool call: the first one has the name, the arguments follow in pieces. */
export interface ToolCallDelta {
  index?: Maybe<number>;
  id?: Maybe<string>;
  function?: Maybe<{ name?: Maybe<string>; arguments?: unknown }>;
  extra_content?: Maybe<Record<string, unknown>>;
}

export interface ChatCompletionUsage {
  prompt_tokens?: Maybe<number>;
  completion_tokens?: Maybe<number>;
  total_tokens?: Maybe<number>;
  prompt_tokens_details?: Maybe<{ cached_tokens?: Maybe<number> }>;
  /** DeepSeek's name for cached tokens. https://api-docs.deepseek.com/guides/kv_cache */
  prompt_cache_hit_tokens?: Maybe<number>;
}

export interface ChatErrorBody {
  message?: Maybe<string>;
  type?: Maybe<string>;
  code?: Maybe<string | number>;
  param?: Maybe<string>;
}
