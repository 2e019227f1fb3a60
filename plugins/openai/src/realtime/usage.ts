import type { RealtimeUsage } from '@patchbay/plugin-kit';
import type { ModelUsage } from './api-proto.ts';
import type { Loose } from './loose.ts';

/** Tokens as the service counts them → as LiveKit counts them. Anything may be absent. */
export function usageOf(usage: Loose<ModelUsage> | null | undefined): RealtimeUsage {
  const input = usage?.input_token_details;
  const cached = input?.cached_tokens_details;
  const output = usage?.output_token_details;
  return {
    inputTokens: usage?.input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
    totalTokens: usage?.total_tokens ?? 0,
    inputTokenDetails: {
      audioTokens: input?.audio_tokens ?? 0,
      textTokens: input?.text_tokens ?? 0,
      imageTokens: input?.image_tokens ?? 0,
      cachedTokens: input?.cached_tokens ?? 0,
      ...(cached && {
        cachedTokensDetails: {
          audioTokens: cached.audio_tokens ?? 0,
          textTokens: cached.text_tokens ?? 0,
          imageTokens: cached.image_tokens ?? 0,
        },
      }),
    },
    outputTokenDetails: {
      textTokens: output?.text_tokens ?? 0,
      audioTokens: output?.audio_tokens ?? 0,
      imageTokens: 0,
    },
  };
}
