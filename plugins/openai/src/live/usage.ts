import type { metrics } from '@livekit/agents';
import type { ResponsesEvent } from './gpt-live-types.ts';

interface Source {
  label: string;
  modelName: string;
  modelProvider: string;
  timestamp: number;
}

/** Seconds of voice since the last report. The service counts from the beginning; a report that goes back is none. */
export class VoiceUsage {
  #seconds = 0;

  /** Milliseconds, or `undefined` if the report says nothing. */
  since(seconds: unknown): number | undefined {
    if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < this.#seconds) return undefined;
    const elapsedMs = (seconds - this.#seconds) * 1_000;
    this.#seconds = seconds;
    return elapsedMs;
  }

  /** Another session counts from zero. */
  clear(): void {
    this.#seconds = 0;
  }
}

/** Time of the voice, which is what is billed. */
export function voiceMetrics(
  source: Source,
  requestId: string,
  sessionDurationMs: number,
): metrics.RealtimeModelMetrics {
  const { label, modelName, modelProvider, timestamp } = source;
  return {
    type: 'realtime_model_metrics',
    label,
    requestId,
    timestamp,
    durationMs: 0,
    ttftMs: -1,
    cancelled: false,
    sessionDurationMs,
    inputTokens: 0,
    outputTokens: 0,
    totalTokens: 0,
    tokensPerSecond: 0,
    inputTokenDetails: { audioTokens: 0, textTokens: 0, imageTokens: 0, cachedTokens: 0 },
    outputTokenDetails: { audioTokens: 0, textTokens: 0, imageTokens: 0 },
    metadata: { modelName, modelProvider },
  };
}

/** Tokens of a backend response; `undefined` if it says nothing of them. */
export function backendMetrics(source: Source, response: ResponsesEvent['response']): metrics.LLMMetrics | undefined {
  const usage = response?.usage;
  if (!usage) return undefined;
  const { label, modelName, modelProvider, timestamp } = source;
  return {
    type: 'llm_metrics',
    label,
    requestId: response.id ?? '',
    timestamp,
    durationMs: 0,
    ttftMs: -1,
    cancelled: false,
    tokensPerSecond: 0,
    promptTokens: usage.input_tokens ?? 0,
    promptCachedTokens: usage.input_tokens_details?.cached_tokens ?? 0,
    cacheCreationTokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
    completionTokens: usage.output_tokens ?? 0,
    reasoningTokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
    totalTokens: usage.total_tokens ?? 0,
    metadata: { modelName: response.model || modelName, modelProvider },
  } as metrics.LLMMetrics;
}
