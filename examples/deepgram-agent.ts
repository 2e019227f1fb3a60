/**
 * Deepgram hears and speaks, OpenAI thinks. Flux tells when the caller has finished, so no voice activity detector and
 * no turn detector is needed.
 *
 *   LIVEKIT_URL=… LIVEKIT_API_KEY=… LIVEKIT_API_SECRET=… DEEPGRAM_API_KEY=… OPENAI_API_KEY=… \
 *     node deepgram-agent.ts dev
 */
import { fileURLToPath } from 'node:url';
import { ServerOptions, cli, defineAgent, voice } from '@livekit/agents';
import { STTv2, TTS } from '@patchbay/deepgram';
import { responses } from '@patchbay/openai';

export default defineAgent({
  entry: async (context) => {
    await context.connect();

    const stt = new STTv2({ model: 'flux-general-en', eagerEotThreshold: 0.5 });
    stt.on('connection', (event) => console.log('speech-to-text:', event.type));

    const session = new voice.AgentSession({
      stt,
      llm: new responses.LLM({ model: 'gpt-5-mini' }),
      tts: new TTS({ model: 'aura-2-thalia-en' }),
      turnHandling: { turnDetection: 'stt' },
    });
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
