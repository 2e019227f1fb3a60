import { llm } from '@livekit/agents';
import { logger } from '@patchbay/plugin-kit';
import { toToolChoice } from '../responses/input.ts';
import type { OpenAITool } from '../tools.ts';
import type { McpTool, NamedToolChoice, Tool, ToolChoice } from './api-proto.ts';

interface ToolWithSchema {
  name: string;
  parameters: Parameters<typeof llm.toJsonSchema>[0];
}

/** Function tools, and MCP servers, in the form of the Realtime API. It has none for the other hosted tools. */
export function toolsOf(context: llm.ToolContext): (Tool | McpTool)[] {
  return context.flatten().flatMap((tool): (Tool | McpTool)[] => {
    if (llm.isFunctionTool(tool)) {
      const parameters = parametersOf(tool);
      return parameters ? [{ type: 'function', name: tool.name, description: tool.description, parameters }] : [];
    }
    const config = isOpenAITool(tool) ? tool.toToolConfig() : undefined;
    if (config?.type === 'mcp') return [config as McpTool];
    logger()?.warn({ tool: tool.id }, 'the Realtime API does not know this hosted tool, so it is not offered');
    return [];
  });
}

/** By its shape: the class of another copy of this package will do. */
function isOpenAITool(tool: unknown): tool is OpenAITool {
  return typeof (tool as Partial<OpenAITool>).toToolConfig === 'function';
}

function parametersOf(tool: ToolWithSchema): Tool['parameters'] | undefined {
  try {
    // Gateways refuse the `$schema` that generators add.
    const { $schema: _, ...parameters } = llm.toJsonSchema(tool.parameters);
    return parameters as Tool['parameters'];
  } catch (error) {
    logger()?.error({ tool: tool.name, error }, 'a tool whose parameters have no JSON schema is not offered');
    return undefined;
  }
}

/** LiveKit's choice in the form of the Realtime API: a function by its name alone would be read as a mode. */
export function toolChoiceOf(choice: llm.ToolChoice | null | undefined): ToolChoice | NamedToolChoice {
  return choice ? (toToolChoice(choice) as ToolChoice | NamedToolChoice) : 'auto';
}
