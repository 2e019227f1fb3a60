import type { llm } from '@livekit/agents';
import { countIn } from '../counts.ts';
import type { WsResponse } from './wire.ts';

/** What a reply has cost so far, and one more response of it. */
export function addUsage(
  before: llm.CompletionUsage | undefined,
  response: WsResponse | null | undefined,
): llm.CompletionUsage | undefined {
  const usage = response?.usage;
  if (usage == null) return before;
  const promptTokens = countIn(usage.input_tokens) ?? 0;
  const completionTokens = countIn(usage.output_tokens) ?? 0;
  const { cached_tokens: cached, cache_write_tokens: written } = usage.input_tokens_details ?? {};
  const counted: llm.CompletionUsage = {
    promptTokens: promptTokens + (before?.promptTokens ?? 0),
    completionTokens: completionTokens + (before?.completionTokens ?? 0),
    promptCachedTokens: (countIn(cached) ?? 0) + (before?.promptCachedTokens ?? 0),
    totalTokens: (countIn(usage.total_tokens) ?? promptTokens + completionTokens) + (before?.totalTokens ?? 0),
  };
  const cacheCreationTokens = (countIn(written) ?? 0) + (before?.cacheCreationTokens ?? 0);
  if (cacheCreationTokens > 0) counted.cacheCreationTokens = cacheCreationTokens;
  const tier = response?.service_tier;
  const serviceTier = typeof tier === 'string' ? tier : before?.serviceTier;
  if (serviceTier !== undefined) counted.serviceTier = serviceTier;
  return counted;
}
