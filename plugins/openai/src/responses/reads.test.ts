import type { llm } from '@livekit/agents';
import type { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { Conversation, failuresOf } from './__fixtures__/conversation.ts';
import { completed, created, delta, functionCall, say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';

const at = setup();

/** Several frames in one write, which is one read for the other end. */
function sayAtOnce(socket: WebSocket, ...events: object[]): void {
  const { _socket: network } = socket as unknown as { _socket: Socket };
  network.cork();
  say(socket, ...events);
  network.uncork();
}

/** What a chunk brings, in few words. */
function brief({ delta: said, usage }: llm.ChatChunk): string {
  if (usage !== undefined) return 'usage';
  const [call] = said?.toolCalls ?? [];
  return call === undefined ? (said?.content ?? 'extra') : `call ${call.name}`;
}

describe('deltas that arrive', () => {
  it('in one read are one chunk, with their text in order, and what follows follows them', async () => {
    at.server.script = ({ socket }) =>
      sayAtOnce(
        socket,
        created('r1'),
        ...['one ', 'two ', 'three'].map(delta),
        functionCall('c1', 'weather', '{}'),
        ...[' four', ' five'].map(delta),
        completed('r1'),
      );
    const chunks: llm.ChatChunk[] = [];
    for await (const chunk of new Conversation(at.open()).user('count').ask()) chunks.push(chunk);
    expect(chunks.map(brief)).toEqual(['one two three', 'call weather', ' four five', 'usage']);
    expect(new Set(chunks.map(({ id }) => id))).toEqual(new Set(['r1']));
    expect(chunks[0]!.delta).toEqual({ role: 'assistant', content: 'one two three' });
  });

  it('one by one are chunks of their own, handed over without waiting for the next', async () => {
    at.server.script = ({ socket }) => say(socket, created('r1'), delta('one'));
    const heard: string[] = [];
    for await (const chunk of new Conversation(at.open()).user('count').ask()) {
      heard.push(brief(chunk));
      const [socket] = at.server.sockets;
      if (heard.length < 4) say(socket!, delta(` ${heard.length + 1}`));
      else if (heard.length === 4) say(socket!, completed('r1'));
    }
    expect(heard).toEqual(['one', ' 2', ' 3', ' 4', 'usage']);
  });

  it('in one read with what went wrong are heard, and nothing is asked again', async () => {
    at.server.script = ({ socket }) =>
      sayAtOnce(socket, created('r1'), delta('I '), delta('am'), {
        type: 'error',
        error: { code: 'server_error', message: 'Sorry.' },
      });
    const model = at.open();
    const failures = failuresOf(model);
    expect((await new Conversation(model).turn('hello')).text).toBe('I am');
    expect(at.server.asked).toHaveLength(1);
    expect(failures).toMatchObject([{ recoverable: false }]);
  });
});

describe('a socket that the server closes between two turns', () => {
  it('is replaced meanwhile: the next turn finds one that is open, and says everything', async () => {
    const model = at.open({ store: false });
    const failures = failuresOf(model);
    const conversation = new Conversation(model);
    await conversation.turn('hello');
    await at.loseSocket(model);
    await at.clock.advance(250);
    await vi.waitUntil(() => at.server.sockets.length === 2);
    await conversation.turn('again');
    expect(at.server.asked.map(({ socketNumber }) => socketNumber)).toEqual([1, 2]);
    expect(at.server.asked[1]!.body.input).toHaveLength(3);
    expect(at.server.sockets).toHaveLength(2);
    expect(failures).toEqual([]);
  });
});
