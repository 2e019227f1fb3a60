import { initializeLogger, type stt, type tts } from '@livekit/agents';
import { tablesOf, tablesOfConnected } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { STT, STTv2, TTS, TTSv2 } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const apiKey = 'key-1';

describe('a stream that waits', () => {
  it.each(Object.entries({ STT, STTv2, TTS, TTSv2 }))(
    'has no tables of what it does not have: %s',
    async (_name, Model) => {
      const model = new Model({ apiKey, baseURL: 'ws://127.0.0.1:9/v1' });
      expect(await tablesOf(() => model.stream())).toBeLessThan(1);
      await model.close();
    },
  );

  it.each(Object.entries({ STT, STTv2 }))('has none either when it has a socket: %s', async (_name, Model) => {
    let model: stt.STT | undefined;
    expect(await tablesOfConnected((baseURL) => (model ??= new Model({ apiKey, baseURL })).stream())).toBeLessThan(1);
    await model?.close();
  });
});

describe('a model with a socket that was opened ahead', () => {
  it.each(Object.entries({ TTS, TTSv2 }))('has no tables but those of its pool: %s', async (_name, Model) => {
    const open = (baseURL: string): tts.TTS => {
      const model = new Model({ apiKey, baseURL });
      model.prewarm();
      return model;
    };
    // Its pool's two.
    expect(await tablesOfConnected(open)).toBeLessThan(3);
  });
});
