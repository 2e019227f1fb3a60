import type { Mind } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { describe, expect, it, vi } from 'vitest';
import { cloudOf } from './__fixtures__/cloud.ts';
import { Conversation, failuresOf, firstWords, listen } from './__fixtures__/conversation.ts';
import { setup } from './__fixtures__/setup.ts';
import { completed, created, delta, say } from './__fixtures__/responses-server.ts';

const at = setup();
const inLane = (lane: unknown, ...events: object[]): object[] => events.map((event) => ({ ...event, stream_id: lane }));

describe('lanes: true', () => {
  it.each([true, false])('parallel turns share a socket and keep their chains apart; stored: %s', async (store) => {
    const asked: string[][] = [];
    const mind: Mind = {
      async *reply({ turns }) {
        asked.push(turns.map(({ text }) => text));
        yield { type: 'text', text: `re: ${turns.at(-1)?.text}` };
      },
    };
    const cloud = await cloudOf(mind);
    const model = at.openAs({ apiKey: 'sk-test', baseURL: cloud.url, lanes: true, store });
    const failures = failuresOf(model);
    const conversations = [new Conversation(model), new Conversation(model), new Conversation(model)];
    for (const word of ['one', 'two', 'three']) {
      const heard = await Promise.all(conversations.map((each, index) => each.turn(`${word} ${index}`)));
      expect(heard.map(({ text }) => text)).toEqual([0, 1, 2].map((index) => `re: ${word} ${index}`));
    }
    expect(asked.filter((turns) => turns.length === 5)).toHaveLength(3);
    expect(cloud.requests.filter(({ kind }) => kind === 'upgrade')).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('an interrupted turn leaves its neighbours alone, and its socket goes with the last of them', async () => {
    at.server.script = ({ socket, body }, turn) =>
      say(socket, ...inLane(body.stream_id, created(`r${turn}`), delta(`words ${turn}`)));
    const model = at.open({ lanes: true });
    const failures = failuresOf(model);
    const [one, two] = [new Conversation(model).user('one').ask(), new Conversation(model).user('two').ask()];
    await Promise.all([firstWords(one), firstWords(two)]);
    expect(at.server.sockets).toHaveLength(1);
    one.close();
    const third = new Conversation(model).user('three').ask();
    await firstWords(third);
    expect(at.server.asked[2]?.socketNumber).toBe(2);

    const lane = (index: number): unknown => at.server.asked[index]?.body.stream_id;
    say(at.server.sockets[0]!, ...inLane(lane(0), delta('late')), ...inLane(lane(1), delta(' more'), completed('r2')));
    expect((await listen(two)).text).toBe(' more');
    await vi.waitUntil(() => at.server.sockets[0]?.readyState === 3);
    third.close();
    expect(failures).toEqual([]);
  });

  it('what a server says in nobody’s lane is nobody’s reply, unless it is an error', async () => {
    at.server.script = ({ socket, body }) =>
      say(socket, ...inLane(body.stream_id, created('r1'), delta('mine')), delta('whose?'), {
        type: 'error',
        error: { code: 'context_length_exceeded', message: 'Too long.' },
      });
    const model = at.open({ lanes: true });
    const failures = failuresOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe('mine');
    expect(failures).toMatchObject([{ error: { message: 'Too long.' } }]);
  });

  it('is refused where it cannot be', () => {
    expect(() => at.open({ lanes: true, useWebSocket: false })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining('lanes') }),
    );
    const gateway = gateways.localai({ baseURL: 'http://localhost:8080' });
    expect(() => at.openAs({ gateway, apiKey: 'k', lanes: true })).toThrow(
      expect.objectContaining({ code: 'unsupported', message: expect.stringContaining('LocalAI') }),
    );
  });
});
