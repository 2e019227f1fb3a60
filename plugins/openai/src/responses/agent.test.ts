import { voice } from '@livekit/agents';
import { describe, expect, it } from 'vitest';
import { weather } from '../__fixtures__/weather.ts';
import { completed, created, delta, functionCall, reply, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

const at = setup();

/** What each request continued, and what it said. */
const asked = (): unknown[] =>
  at.server.asked.map(({ body }) => [
    body.previous_response_id,
    ...body.input.map((item) => item.content ?? item.type),
  ]);

describe('an agent of LiveKit', () => {
  it('speaks turns and tool results as continuations', async () => {
    at.server.script = ({ socket }, turn) => {
      if (turn !== 2) return reply(socket, `r${turn}`, `Answer ${turn}.`);
      say(
        socket,
        created('r2'),
        delta('One moment. '),
        functionCall('c1', 'weather', '{"city":"Ghent"}'),
        completed('r2'),
      );
    };
    const session = new voice.AgentSession({ llm: at.open() });
    await session.start({ agent: new voice.Agent({ instructions: 'Be brief.', tools: [weather] }), record: false });
    for (const userInput of ['hello', 'weather?', 'bye']) await session.run({ userInput }).wait();
    await session.close();

    expect(asked()).toEqual([
      [undefined, 'Be brief.', 'hello'],
      ['r1', 'weather?'],
      ['r2', 'function_call_output'],
      ['r3', 'bye'],
    ]);
    expect(at.server.asked[2]?.body.input).toEqual([
      { type: 'function_call_output', call_id: 'c1', output: expect.stringContaining('rain in Ghent') as string },
    ]);
    expect(at.server.sockets).toHaveLength(1);
  });
});
