import { initializeLogger, type llm } from '@livekit/agents';
import { tablesOf, tablesOfConnected } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { LLM, responses, STT, TTS } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const apiKey = 'sk-1';
const nowhere = 'ws://127.0.0.1:9/v1';

describe('a stream that waits', () => {
  it('has no tables of what it does not have: STT', async () => {
    let model: STT | undefined;
    const open = (baseURL: string): ReturnType<STT['stream']> =>
      (model ??= new STT({ apiKey, baseURL, model: 'gpt-4o-mini-transcribe' })).stream();
    expect(await tablesOfConnected(open)).toBeLessThan(1);
    await model?.close();
  });
});

describe('a model that waits', () => {
  it.each(Object.entries({ LLM, TTS }))(
    'has no tables but that of the connections it leaves open: %s',
    async (_name, Model) => {
      expect(await tablesOf(() => new Model({ apiKey, baseURL: nowhere }))).toBeLessThan(2);
    },
  );

  it('has no tables but those of its pool: responses.LLM', async () => {
    const open = (baseURL: string): llm.LLM & { close(): Promise<void> } => {
      const model = new responses.LLM({ apiKey, baseURL, model: 'gpt-5', useWebSocket: true });
      model.prewarm();
      return model;
    };
    // Its pool's two, and one of LiveKit's task that opened the socket.
    expect(await tablesOfConnected(open)).toBeLessThan(4);
  });
});
