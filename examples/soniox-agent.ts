/**
 * Soniox hears and speaks in sixty languages, OpenAI thinks. Soniox tells where an utterance ends.
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

    const stt = new STT({ languageHints: ['es', 'en'] });
    stt.on('connection', (event) => console.log('speech-to-text:', event.type));

    const session = new voice.AgentSession({
      stt,
      llm: new responses.LLM({ model: 'gpt-5-mini' }),
      tts: new TTS({ voice: 'Adrian', language: 'es' }),
      turnHandling: { turnDetection: 'stt' },
      // LiveKit 1.9.0 is four seconds late to interrupt a voice that tells the times of its words.
      useTtsAlignedTranscript: false,
    });
    await session.start({
      room: context.room,
      agent: new voice.Agent({ instructions: 'Eres un asistente amable. Responde con frases cortas.' }),
    });
    session.generateReply({ instructions: 'Saluda a quien llama.' });
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url))
  cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url) }));
