/* eslint-disable no-console */
import { realtime } from '@patchbay/openai';

const model = new realtime.RealtimeModel({
  model: 'gpt-realtime-2',
  voice: 'cedar',
  turnDetection: { type: 'server_vad', idle_timeout_ms: 10_000 }, // speaks to who says nothing
  truncation: { type: 'retention_ratio', retention_ratio: 0.8 },
  mcpApproval: ({ serverLabel, name }) => serverLabel === 'shop' && name === 'find_order',
});

// An AgentSession opens its session itself: it is one of `model.sessions`. By hand it is this.
const session = model.session();
session.on('mcp', (event: realtime.McpEvent) => {
  if (event.type === 'call-ended') console.log(event.name, event.output ?? event.error);
});
session.on('rate_limits_updated', (limits: realtime.RateLimit[]) => console.log(limits));

await session.generateReply('Greet the caller.', { toolChoice: 'none' }); // of this reply alone
model.updateOptions({ speed: 1.1, maxResponseOutputTokens: 500 }); // sessions that are open, and those to come
session.reconnect('the operator asked');
await model.close();
