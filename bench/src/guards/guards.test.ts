import { describe, expect, it } from 'vitest';
import { askClient, withServer } from '../processes.ts';
import type { Figures } from '../job.ts';

const servers: Readonly<Record<string, string>> = {
  'speech to text': 'speech-to-text',
  'text to speech': 'text-to-speech',
  'streams of speech to text': 'realtime',
  'realtime sessions': 'realtime',
  responses: 'responses',
  realtime: 'realtime',
};

/** What a client of this folder finds out about a plugin, in a process that has nothing else, with a server in another. */
function ask(client: 'kept' | 'work', variant: string): Promise<Figures> {
  const [kind] = variant.split(', ');
  const server = new URL(`../servers/${servers[kind!]}.ts`, import.meta.url);
  return withServer(server, (port) =>
    askClient(new URL(`./${client}-client.ts`, import.meta.url), { variant, mode: 'ours', quick: false, port }),
  );
}

describe('a turn leaves nothing behind', () => {
  it.each([
    'speech to text, openai',
    'speech to text, deepgram',
    'speech to text, soniox',
    'responses, openai',
    'text to speech, openai',
    'text to speech, soniox',
  ])('%s', async (variant) => {
    const { objects, bytes } = await ask('kept', variant);
    expect(objects).toBeLessThan(0.5);
    expect(bytes).toBeLessThan(100);
  });

  it('but the time of its end, for there may be twenty a minute: text to speech, deepgram', async () => {
    const { objects, bytes } = await ask('kept', 'text to speech, deepgram');
    expect(objects).toBeLessThan(3);
    expect(bytes).toBeLessThan(1_000);
  });

  it('but what LiveKit keeps of a conversation: realtime, openai', async () => {
    const { objects, bytes } = await ask('kept', 'realtime, openai');
    expect(objects).toBeLessThan(5.5);
    expect(bytes).toBeLessThan(1_500);
  });
});

describe('what was opened and is closed leaves nothing behind', () => {
  it.each(['streams of speech to text, openai', 'realtime sessions, openai'])('%s', async (variant) => {
    const { objects, bytes } = await ask('kept', variant);
    expect(objects).toBeLessThan(0.5);
    expect(bytes).toBeLessThan(1_000);
  });
});

describe('no line of ours runs for each byte of a turn, and no value passes by itself', () => {
  // Two seconds are 64,000 bytes at least, of which every sixteenth sample is looked at; or there are 100 pieces of text.
  it.each([
    ['speech to text, openai', 3_500],
    ['speech to text, deepgram', 3_500],
    ['speech to text, soniox', 3_500],
    ['text to speech, openai', 500],
    ['text to speech, deepgram', 500],
    ['text to speech, soniox', 500],
    ['responses, openai', 300],
    // Two seconds are said, and a minute is heard.
    ['realtime, openai', 5_000],
  ])('%s', async (variant, most) => {
    const { runs, values } = await ask('work', variant);
    expect(runs).toBeGreaterThan(1);
    expect(runs).toBeLessThan(most);
    expect(values).toBeLessThan(most);
  });
});
