import { APIConnectionError, initializeLogger } from '@livekit/agents';
import { ws as upstream } from '@livekit/agents-plugin-openai';
import { startLoopback } from '@patchbay/loopback';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { ws } from '../index.ts';
import { completed, created, delta, ResponsesServer, say } from './__fixtures__/responses-server.ts';

initializeLogger({ pretty: false, level: 'silent' });

async function dial(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/responses`, { headers: { authorization: 'Bearer k' } });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

async function serve(): Promise<ResponsesServer> {
  const server = await ResponsesServer.start();
  onTestFinished(() => server.stop());
  return server;
}

type Channel = ReturnType<ws.ResponsesWebSocket['sendRequest']>;

async function read(channel: Channel): Promise<ws.WsServerEvent[]> {
  const events: ws.WsServerEvent[] = [];
  for await (const event of channel.stream()) events.push(event);
  return events;
}

const ask = (input: string): ws.WsResponseCreateEvent & { model: string } => ({
  type: 'response.create',
  model: 'gpt-5-mini',
  input: [{ role: 'user', content: input }],
});

const classes: [string, (socket: WebSocket) => ws.ResponsesWebSocket][] = [
  ['ours', (socket) => new ws.ResponsesWebSocket(socket)],
  ['upstream', (socket) => new upstream.ResponsesWebSocket(socket) as never],
];

// One test for both: code that was written against upstream's class finds the same one here.
describe.each(classes)('ResponsesWebSocket: %s', (_, wrap) => {
  it('asks the cloud one request after the other', async () => {
    const cloud = await startLoopback({ voice: 'plain', mind: 'echo', pace: { firstTokenMs: 0, tokenMs: 0 } });
    onTestFinished(() => cloud.close());
    const line = wrap(await dial(cloud.url));
    const [one, two] = [line.sendRequest(ask('one')), line.sendRequest(ask('two'))];
    const heard = [await read(one), await read(two)];
    expect(heard.map((events) => events.filter(({ type }) => type === 'response.output_text.delta'))).toMatchObject([
      [{ delta: 'one' }],
      [{ delta: 'two' }],
    ]);
    expect(heard.map((events) => events.at(-1)?.type)).toEqual(['response.completed', 'response.completed']);
  });

  it('says that the socket was lost in the middle of a reply, and takes nothing after that', async () => {
    const server = await serve();
    server.script = ({ socket }) => say(socket, created('r1'), delta('well'));
    const socket = await dial(server.url);
    const line = wrap(socket);
    const channel = line.sendRequest(ask('one'));
    const reading = read(channel);
    await once(socket, 'message');
    server.sockets[0]!.terminate();
    expect((await reading).at(-1)).toMatchObject({ type: 'error', error: { code: 'websocket_closed' } });
    expect(() => line.sendRequest(ask('two'))).toThrow(APIConnectionError);
  });

  it('ends its channels when it is closed', async () => {
    const server = await serve();
    server.script = () => {};
    const socket = await dial(server.url);
    const line = wrap(socket);
    const reading = read(line.sendRequest(ask('one')));
    line.close();
    expect(await reading).toEqual([]);
    await once(socket, 'close');
  });
});

describe('pain 4: ResponsesWebSocket', () => {
  it.each([
    ['an error without a code', { type: 'error', error: { code: null, param: null, message: 'no' } }],
    ['an end without usage', completed('r1', { usage: null })],
    ['an end without a response', { type: 'response.failed' }],
    ['an end by another name', { type: 'response.done', response: null }],
  ])('ends with %s', async (_, end) => {
    const server = await serve();
    server.script = ({ socket }) => say(socket, 'not json', 'null', created('r1'), end);
    const line = new ws.ResponsesWebSocket(await dial(server.url));
    expect((await read(line.sendRequest(ask('one')))).at(-1)).toEqual(end);
  });
});
