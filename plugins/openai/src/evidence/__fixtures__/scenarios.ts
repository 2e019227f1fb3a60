import { realtimeScenarios } from './realtime-scenarios.ts';
import { requestScenarios } from './request-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { speechScenarios } from './speech-scenarios.ts';

/** Every pain that one program can show on both plugins. */
export const scenarios: Scenario[] = [...realtimeScenarios, ...requestScenarios, ...speechScenarios].sort(
  (one, other) => one.pain - other.pain,
);
