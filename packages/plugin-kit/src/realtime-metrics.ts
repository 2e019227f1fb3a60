import type { metrics } from '@livekit/agents';
import type { ResponseGeneration } from './realtime-generation.ts';

/** What a provider says a reply cost: in tokens, or in milliseconds where time is what is paid. */
export type RealtimeUsage = Pick<
  metrics.RealtimeModelMetrics,
  'inputTokens' | 'outputTokens' | 'totalTokens' | 'inputTokenDetails' | 'outputTokenDetails' | 'sessionDurationMs'
>;

export interface RealtimeMetricsContext {
  label: string;
  modelName: string;
  modelProvider: string;
  cancelled: boolean;
  usage: RealtimeUsage;
  /** Milliseconds that the connection took to open. */
  acquireTimeMs?: number | undefined;
  /** `false` for the first reply on a connection. */
  connectionReused?: boolean | undefined;
  /** Milliseconds connected since the last metrics of the session. */
  sessionDurationMs?: number | undefined;
}

/** The `metrics_collected` payload of one reply. LiveKit finds its span by `requestId`, the response's id. */
export function realtimeMetrics(
  generation: ResponseGeneration,
  context: RealtimeMetricsContext,
): metrics.RealtimeModelMetrics {
  const { usage, modelName, modelProvider, label, cancelled, acquireTimeMs, connectionReused, sessionDurationMs } =
    context;
  const durationMs = generation.durationMs;
  return {
    type: 'realtime_model_metrics',
    label,
    requestId: generation.responseId,
    timestamp: generation._createdTimestamp,
    durationMs,
    ttftMs: generation.ttftMs,
    cancelled,
    ...(sessionDurationMs === undefined ? {} : { sessionDurationMs }),
    // Where a provider is paid by time, it says by which.
    ...usage,
    tokensPerSecond: durationMs > 0 ? (usage.outputTokens * 1000) / durationMs : 0,
    ...(acquireTimeMs === undefined ? {} : { acquireTimeMs }),
    ...(connectionReused === undefined ? {} : { connectionReused }),
    metadata: { modelName, modelProvider },
  };
}
