import { initializeLogger, log } from '@livekit/agents';
import { expect, test } from 'vitest';
import { eavesdrop } from './__fixtures__/eavesdropper.ts';

test('a secret is heard in what is printed, logged and held', async () => {
  initializeLogger({ pretty: false, level: 'debug' });
  const ears = eavesdrop('sk-hidden');
  console.log('nothing of interest');
  process.stderr.write('key: sk-hidden\n');
  log().debug({ options: { apiKey: 'sk-hidden' } }, 'asked');
  ears.sees('a model', { options: { apiKey: 'sk-hidden' } });
  ears.sees('another', { options: { apiKey: 'sk-other' } });
  await new Promise((resolve) => setImmediate(resolve));
  ears.stop();
  expect(ears.leaks).toEqual(['output', 'output', 'a model']);
});
