import type { Resolution, TypedFile } from './plan.ts';

const known = `
const gateway = openai.gateways.litellm({ baseURL: 'https://llm.example.com', apiKey });
export const listening: stt.STT = new openai.STT({ gateway });
export const speaking: tts.TTS = new openai.TTS({ gateway });
export const thinking: llm.LLM = new openai.responses.LLM({ gateway, model: 'gpt-5-mini' });
export const conversing: llm.RealtimeModel = new openai.realtime.RealtimeModel({ apiKey });
export const listeners: stt.STT[] = [new deepgram.STT({ apiKey }), new deepgram.STTv2({ apiKey }), new soniox.STT({ apiKey })];
new voice.AgentSession({ stt: new deepgram.STT({ apiKey }), llm: thinking, tts: new soniox.TTS({ apiKey }) });
// @ts-expect-error: otherwise everything above would be any.
export const wrong: llm.LLM = new openai.STT({ gateway });
`;

/** A program of somebody who uses plugins where LiveKit's own classes are wanted. It is the same as ESM and CommonJS. */
export function typedProgram(plugins: readonly string[]): string {
  const names = plugins.map((plugin) => ({ plugin, name: plugin.split('/')[1]!.replaceAll('-', '_') }));
  return [
    "import { llm, stt, tts, voice } from '@livekit/agents';",
    "import { startLoopback, type Loopback } from '@patchbay/loopback';",
    ...names.map(({ plugin, name }) => `import * as ${name} from '${plugin}';`),
    "\nconst apiKey = 'sk-of-a-consumer';",
    `export const voices: tts.TTS[] = [${names.map(({ name }) => `new ${name}.TTS({ apiKey })`).join(', ')}];`,
    'export const cloud: Promise<Loopback> = startLoopback();',
    known,
  ].join('\n');
}

/** The settings of somebody who believes no declaration unseen. */
export function typedSettings(file: TypedFile, resolution: Resolution): object {
  return {
    compilerOptions: {
      ...{ target: 'es2023', lib: ['es2023'], types: ['node'] },
      ...{ module: resolution === 'bundler' ? 'esnext' : 'nodenext', moduleResolution: resolution },
      ...{ strict: true, noEmit: true, skipLibCheck: false },
    },
    files: [file],
  };
}

/** What a compiler says that no package but this one is guilty of. */
export function complaintsOutside(said: string, culprit: string): string[] {
  return said
    .split('\n')
    .filter((line) => /(^|: )error TS\d+/.test(line))
    .filter((line) => !line.includes(`node_modules/${culprit}/`));
}
