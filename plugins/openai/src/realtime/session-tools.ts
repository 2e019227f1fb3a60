import { llm } from '@livekit/agents';
import { logger } from '@patchbay/plugin-kit';
import type { Tool, ToolChoice } from './api-proto.ts';

interface ToolWithSchema {
  name: string;
  parameters: Parameters<typeof llm.toJsonSchema>[0];
}

/** Function tools in the form of the Realtime API. Provider tools have none there. */
export function toolsOf(context: llm.ToolContext): Tool[] {
  const tools: Tool[] = [];
  for (const tool of context.flatten()) {
    if (!llm.isFunctionTool(tool)) continue;
    const parameters = parametersOf(tool);
    if (parameters) tools.push({ type: 'function', name: tool.name, description: tool.description, parameters });
  }
  return tools;
}

function parametersOf(tool: ToolWithSchema): object | undefined {
  try {
    // Gateways refuse the `$schema` that generators add.
    const { $schema: _, ...parameters } = llm.toJsonSchema(tool.parameters);
    return parameters;
  } catch (error) {
    logger()?.error({ tool: tool.name, error }, 'a tool whose parameters have no JSON schema is not offered');
    return undefined;
  }
}

/** LiveKit's choice in the form of the Realtime API: a function by its name alone would be read as a mode. */
export function toolChoiceOf(choice: llm.ToolChoice | null | undefined): ToolChoice {
  if (choice === undefined || choice === null) return 'auto';
  return typeof choice === 'string' ? choice : { type: 'function', name: choice.function.name };
}
