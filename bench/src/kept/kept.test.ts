import { expect, it } from 'vitest';
import { askClient, withServer } from '../processes.ts';

const servers: Readonly<Record<string, string>> = {
  'speech to text': 'speech-to-text',
  'text to speech': 'text-to-speech',
  responses: 'responses',
  realtime: 'realtime',
};

/** What a turn leaves behind in the process of a plugin: objects of any kind, and bytes. */
async function keptBy(variant: string): Promise<{ objects: number; bytes: number }> {
  const [kind] = variant.split(', ');
  const server = new URL(`../servers/${servers[kind!]}.ts`, import.meta.url);
  const { objects, bytes } = await withServer(server, (port) =>
    askClient(new URL('./client.ts', import.meta.url), { variant, mode: 'ours', quick: false, port }),
  );
  return { objects: objects!, bytes: bytes! };
}

it.each([
  'speech to text, openai',
  'speech to text, deepgram',
  'speech to text, soniox',
  'responses, openai',
  'text to speech, openai',
  'text to speech, soniox',
])('a turn leaves nothing behind: %s', async (variant) => {
  const { objects, bytes } = await keptBy(variant);
  expect(objects).toBeLessThan(0.5);
  expect(bytes).toBeLessThan(100);
});

it('a turn leaves the time of its end behind, for there are twenty a minute: text to speech, deepgram', async () => {
  const { objects, bytes } = await keptBy('text to speech, deepgram');
  expect(objects).toBeLessThan(3);
  expect(bytes).toBeLessThan(1_000);
});

it('a turn leaves what LiveKit keeps of the conversation behind: realtime, openai', async () => {
  const { objects, bytes } = await keptBy('realtime, openai');
  expect(objects).toBeLessThan(5.5);
  expect(bytes).toBeLessThan(1_500);
});
