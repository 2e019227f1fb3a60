/**
 * Speech to speech, straight to OpenAI.
 *
 *   LIVEKIT_URL=… LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… OPENAI_API_KEY=… node realtime-agent.ts dev
 */
import { fileURLToPath } from 'node:url';
import { ServerOptions, cli, defineAgent, voice } from '@livekit/agents';
import { realtime } from '@patchbay/openai';

export default defineAgent({
  entry: async (context) => {
    await context.connect();

    const model = new realtime.RealtimeModel({ voice: 'marin' });
    model.on('connection', (event) => console.log('realtime:', event.type));

    const session = new voice.AgentSession({ llm: model });
    // A session that is over would leave a silent agent in the room.
    session.on(voice.AgentSessionEventTypes.Close, () => context.shutdown());
    await session.start({
      room: context.room,
      agent: new voice.Agent({ instructions: 'You are a friendly assistant. Keep your answers short.' }),
    });
    session.generateReply({ instructions: 'Greet the caller.' });
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url))
  cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url) }));
