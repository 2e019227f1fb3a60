import type { llm } from '@livekit/agents';
import { limitIn } from '../counts.ts';
import { toToolChoice, toTools } from '../responses/input.ts';
import type { Delegation, ResponsesConfig } from './gpt-live-types.ts';
import { DEFAULT_BACKEND_MODEL } from './options.ts';
import type { GPTLiveOptions } from './options.ts';

/** The backend as `session.start` wants it. What is not set is not sent. */
export function delegationOf(options: GPTLiveOptions, tools: llm.ToolContext): Delegation {
  if (options.delegation === 'client') return { type: 'client' };
  const backend = options.responsesOptions;
  const offered = toolsOf(tools);
  return {
    type: 'responses',
    responses: {
      model: backend.model ?? DEFAULT_BACKEND_MODEL,
      ...given({
        instructions: backend.instructions,
        tools: offered.length > 0 ? offered : undefined,
        tool_choice: backend.toolChoice === undefined ? undefined : choiceOf(backend.toolChoice),
        parallel_tool_calls: backend.parallelToolCalls,
        reasoning: backend.reasoning,
        text: backend.text,
        service_tier: backend.serviceTier,
        max_output_tokens: limitIn(backend.maxOutputTokens),
      }),
    },
  };
}

/** The agent's tools as the backend knows them: functions, then those that the service runs itself. */
export function toolsOf(tools: llm.ToolContext): Record<string, unknown>[] {
  return toTools(tools, false);
}

export function choiceOf(choice: llm.ToolChoice | null): NonNullable<ResponsesConfig['tool_choice']> {
  return (toToolChoice(choice) || 'auto') as NonNullable<ResponsesConfig['tool_choice']>;
}

function given(config: ResponsesConfig): ResponsesConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value != null));
}
