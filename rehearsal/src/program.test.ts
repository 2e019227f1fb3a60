import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

type Consume = (loaded: { agents: object; loopback: object; plugins: Record<string, object> }) => Promise<void>;
const { consume } = createRequire(import.meta.url)('./consumer/program.cjs') as { consume: Consume };

class TTS {}
const kinds = { stt: { STT: class {} }, llm: { LLM: class {}, RealtimeModel: class {}, DuplexModel: class {} } };
const agents = { ...kinds, tts: { TTS }, initializeLogger: () => undefined };
const fine = { TTS: class extends TTS {} };

describe('a consumer complains', () => {
  it.each<[string, object, string]>([
    ['of a class that is no instance of its LiveKit', { TTS: class {} }, '@patchbay/parrot: TTS is no instance'],
    ['of such a class in a namespace', { ...fine, speech: { LLM: class {} } }, '@patchbay/parrot: speech.LLM is no'],
    ['of a plugin without any', { VERSION: '1.0.0' }, '@patchbay/parrot exports no class'],
    [
      'of a class that cannot be made',
      { TTS: class { constructor() { throw new Error('no key'); } } }, // prettier-ignore
      'no key',
    ],
  ])('%s', async (_what, parrot, message) => {
    await expect(consume({ agents, loopback: {}, plugins: { '@patchbay/parrot': parrot } })).rejects.toThrow(message);
  });
});
