import { initializeLogger } from '@livekit/agents';
import { tablesOf } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { STT, STTv2, TTS, TTSv2 } from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const options = { apiKey: 'key-1', baseURL: 'ws://127.0.0.1:9/v1' };

describe('a stream that waits', () => {
  it.each(Object.entries({ STT, STTv2, TTS, TTSv2 }))(
    'has no tables of what it does not have: %s',
    async (_name, Model) => {
      const model = new Model(options);
      expect(await tablesOf(() => model.stream())).toBeLessThan(1);
      await model.close();
    },
  );
});
