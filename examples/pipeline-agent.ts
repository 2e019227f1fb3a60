/**
 * Speech → text → model → speech, through a LiteLLM proxy.
 *
 *   LIVEKIT_URL=… LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… LITELLM_URL=https://llm.example.com LITELLM_KEY=… \
 *     node pipeline-agent.ts dev
 */
import { fileURLToPath } from 'node:url';
import { ServerOptions, cli, defineAgent, llm, voice } from '@livekit/agents';
import { STT, TTS, gateways, responses } from '@patchbay/openai';
import { z } from 'zod';

export default defineAgent({
  entry: async (context) => {
    await context.connect();

    const gateway = gateways.litellm({
      baseURL: process.env.LITELLM_URL ?? 'http://127.0.0.1:4000',
      apiKey: process.env.LITELLM_KEY ?? '',
    });
    const stt = new STT({ model: 'gpt-4o-mini-transcribe', gateway });
    stt.on('connection', (event) => console.log('speech-to-text:', event.type));

    const session = new voice.AgentSession({
      stt,
      llm: new responses.LLM({ model: 'gpt-5-mini', gateway }),
      tts: new TTS({ voice: 'ash', gateway }),
    });
    // A session that is over would leave a silent agent in the room.
    session.on(voice.AgentSessionEventTypes.Close, () => context.shutdown());
    await session.start({
      room: context.room,
      agent: new voice.Agent({
        instructions: 'You are a friendly assistant. Keep your answers short; they are spoken.',
        tools: {
          lookUpWeather: llm.tool({
            description: 'The weather in a city.',
            parameters: z.object({ city: z.string() }),
            execute: async ({ city }) => `It is sunny in ${city}.`,
          }),
        },
      }),
    });
    session.generateReply({ instructions: 'Greet the caller.' });
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url))
  cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url) }));
