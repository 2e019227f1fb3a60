/**
 * Speech → text → model → speech, with ears and a voice of Soniox, which hear and speak sixty languages.
 *
 *   LIVEKIT_URL=… LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… SONIOX_API_KEY=… OPENAI_API_KEY=… \
 *     node soniox-agent.ts dev
 */
import { fileURLToPath } from 'node:url';
import { ServerOptions, cli, defineAgent, voice } from '@livekit/agents';
import { responses } from '@patchbay/openai';
import { STT, TTS } from '@patchbay/soniox';

export default defineAgent({
  entry: async (context) => {
    await context.connect();

    const stt = new STT({ languageHints: ['en', 'es'], context: { terms: ['Patchbay'] } });
    stt.on('connection', (event) => console.log('speech-to-text:', event.type));
    const tts = new TTS({ voice: 'Maya' });
    tts.prewarm();

    // Soniox knows when somebody has finished.
    const session = new voice.AgentSession({
      ...{ stt, tts, turnDetection: 'stt' },
      llm: new responses.LLM({ model: 'gpt-5-mini' }),
    });
    // A session that is over would leave a silent agent in the room.
    session.on(voice.AgentSessionEventTypes.Close, () => context.shutdown());
    await session.start({
      room: context.room,
      agent: new voice.Agent({
        instructions: 'You are a friendly assistant. Keep your answers short; they are spoken.',
      }),
    });
    session.generateReply({ instructions: 'Greet the caller.' });
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url))
  cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url) }));
