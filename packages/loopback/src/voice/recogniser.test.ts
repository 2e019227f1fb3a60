import { expect, test } from 'vitest';
import { findRecogniser } from './recogniser.ts';
import { startVoice } from './voice.ts';

const recogniser = await findRecogniser();

test.runIf(recogniser)('an installed recogniser understands most words of a plain voice', async () => {
  const voice = await startVoice({ carrier: 'off' });
  const speech = await voice.speak('Please book a table for two at seven.', { voice: 'rms' });
  await voice.close();
  const heard = (await recogniser!(speech)).split(' ');
  expect(
    ['please', 'book', 'a', 'table', 'for', 'two', 'at', 'seven'].filter((word) => heard.includes(word)).length,
  ).toBeGreaterThan(5);
});
