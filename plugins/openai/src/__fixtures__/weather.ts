import { llm } from '@livekit/agents';
import { z } from 'zod';

/** A tool that an agent may have. */
export const weather: llm.FunctionTool<{ city: string }> = llm.tool({
  name: 'weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `Nothing but rain in ${city}.`,
});
