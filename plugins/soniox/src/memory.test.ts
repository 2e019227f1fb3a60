import { initializeLogger, type tts } from '@livekit/agents';
import { tablesOf, tablesOfConnected } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { STT, TTS } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const apiKey = 'key-1';

describe('a stream that waits', () => {
  it.each(Object.entries({ STT, TTS }))('has no tables of what it does not have: %s', async (_name, Model) => {
    const model = new Model({ apiKey, baseURL: 'ws://127.0.0.1:9/v1' });
    expect(await tablesOf(() => model.stream())).toBeLessThan(1);
    await model.close();
  });

  it('has none either when it has a socket: STT', async () => {
    let model: STT | undefined;
    expect(await tablesOfConnected((baseURL) => (model ??= new STT({ apiKey, baseURL })).stream())).toBeLessThan(1);
    await model?.close();
  });
});

describe('a model with a socket that was opened ahead', () => {
  it('has no tables but those of its pool: TTS', async () => {
    const open = (baseURL: string): tts.TTS => {
      const model = new TTS({ apiKey, baseURL });
      model.prewarm();
      return model;
    };
    // Its pool's two.
    expect(await tablesOfConnected(open)).toBeLessThan(3);
  });
});
