import { readFileSync } from 'node:fs';
import { voice } from '@livekit/agents';
import { describe, expect, it, vi } from 'vitest';
import { completed, created, reply, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

const at = setup();
const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the example of the README', () => {
  it('is the one that is compiled and run here', () => {
    const example = read('./__fixtures__/readme-example.ts').replace("'../../index.ts'", "'@patchbay/openai'");
    expect(read('../../README.md')).toContain(example);
  });

  it('warms up when the agent enters, and its first turn sends only what the caller said', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-test');
    const { FrontDesk } = await import('./__fixtures__/readme-example.ts');
    at.server.script = ({ socket, body }, turn) =>
      body.generate === false ? say(socket, created('w'), completed('w')) : reply(socket, `r${turn}`, 'Hello.');
    const session = new voice.AgentSession({ llm: at.open({ model: 'gpt-5-mini', store: false }) });
    await session.start({ agent: new FrontDesk(), record: false });
    await vi.waitUntil(() => at.server.asked.length === 1);
    await session.run({ userInput: 'hello' }).wait();
    await session.close();
    expect(at.server.asked.map(({ body }) => body)).toMatchObject([
      { generate: false, input: [{ role: 'system', content: 'You answer the phone of a hotel.' }] },
      { previous_response_id: 'w', input: [{ role: 'user', content: 'hello' }] },
    ]);
    expect(at.server.asked[1]?.body.tools).toEqual(at.server.asked[0]?.body.tools);
  });
});
