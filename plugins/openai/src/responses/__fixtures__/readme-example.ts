import { llm, voice } from '@livekit/agents';
import { HostedMCPTool, responses, WebSearch } from '../../index.ts';

const tools = [
  new WebSearch({ searchContextSize: 'low' }),
  new HostedMCPTool({ serverLabel: 'docs', serverUrl: 'https://docs.example.com/mcp', allowedTools: ['search'] }),
];

export class FrontDesk extends voice.Agent {
  constructor() {
    super({ instructions: 'You answer the phone of a hotel.', tools });
  }

  override async onEnter(): Promise<void> {
    // While the caller still says hello: the first turn then sends only what they said.
    const model = this.session.llm;
    if (!(model instanceof responses.LLM)) return;
    await model.warmUp({ chatCtx: this.chatCtx, toolCtx: new llm.ToolContext(tools) }).catch(() => {});
  }
}

export const session: voice.AgentSession = new voice.AgentSession({
  llm: new responses.LLM({
    model: 'gpt-5-mini',
    store: false, // turns still continue one another, and thoughts are kept in LiveKit's context
    verbosity: 'low',
    promptCacheKey: 'front-desk',
  }),
});
