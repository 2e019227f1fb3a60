import assert from 'node:assert/strict';
import { openaiEndpoints, resolveConnection, type Connection, type OpenAICapability } from '@patchbay/ws-url';
import { assertClaimed } from '../../claim.ts';
import type { Case } from '../../system.ts';
import { withSocket } from '../../talk/raw-socket.ts';
import { until } from '../../talk/until.ts';
import { during, through, type GatewayOptions, type LiteLLMWorld, type Place } from '../world.ts';

/** The traits of its row, and the cases that show them. */
export const shown: Readonly<Record<string, readonly string[]>> = {
  pongProvesOnlyGateway: ['trait-pong'],
  textFramesOnly: ['trait-text-frames', 'deepgram'],
  maxFrameBytes: ['trait-frame-size'],
  injectsResponses: ['conversation-unasked-response', 'deepgram'],
  firstSubprotocol: ['trait-subprotocol'],
  firstFrameWithinMs: ['responses-first-frame'],
  oneModelPerSocket: ['trait-one-model'],
  responseIdsStayOnTransport: ['trait-response-ids'],
  buffersSpeech: ['trait-speech'],
};

const models = { conversation: 'gpt-realtime', responses: 'gpt-5-mini', speech: 'gpt-4o-mini-tts' };

/** Where a class of ours dials. */
export function connectionOf(
  place: Place,
  capability: keyof typeof models & OpenAICapability,
  gateway: GatewayOptions = {},
): Connection {
  return resolveConnection(openaiEndpoints[capability], { ...through(place, gateway), model: models[capability] });
}

const speech = { input: 'hello caller', voice: 'ash', response_format: 'pcm' };
const megabyte = 1024 * 1024;
const update = { type: 'session.update', session: { type: 'realtime' } };

/** What it does to a socket on which none of our classes is, beside what the table says of it. */
export const traits: readonly Case<LiteLLMWorld>[] = [
  {
    id: 'trait-pong',
    about: 'responses',
    title: 'a pong proves nothing of the provider: it comes when the provider is gone, and nobody says so',
    async run({ proxy, cloud }) {
      const connection = connectionOf(proxy, 'responses');
      return withSocket(connection, async (socket) => {
        socket.send({ type: 'response.create', model: models.responses, input: 'hello' });
        assert.ok(await socket.next('response.completed'));
        cloud.dropSockets();
        await until(() => cloud.sockets === 0, 'the provider to be gone');
        assertClaimed(connection, 'pongProvesOnlyGateway', await socket.pongs());
        assert.equal(socket.end, undefined);
        return 'still open, pings answered';
      });
    },
  },
  {
    id: 'trait-text-frames',
    about: 'conversation',
    title: 'a binary frame ends the socket',
    async run({ proxy }) {
      const connection = connectionOf(proxy, 'conversation');
      return withSocket(connection, async (socket) => {
        assert.ok(await socket.next('session.created'));
        socket.send(Buffer.alloc(4));
        socket.send(update);
        assertClaimed(connection, 'textFramesOnly', (await socket.next('session.updated')) === undefined);
        return `closed with ${socket.end?.code}`;
      });
    },
  },
  {
    id: 'trait-frame-size',
    about: 'conversation',
    title: 'a frame of 16 MiB passes, and one of 17 MiB ends the socket',
    async run({ proxy }) {
      const connection = connectionOf(proxy, 'conversation');
      const passes = (bytes: number): Promise<boolean> =>
        withSocket(connection, async (socket) => {
          assert.ok(await socket.next('session.created'));
          socket.sendText(JSON.stringify({ type: 'nothing', of: '' }).replace('""', `"${'x'.repeat(bytes - 26)}"`));
          socket.send(update);
          return (await socket.next('session.updated')) !== undefined || socket.end?.code !== 1009;
        });
      const [most, more] = [await passes(16 * megabyte), await passes(17 * megabyte)];
      assertClaimed(connection, 'maxFrameBytes', most && !more ? 16 * megabyte : undefined);
      return 'closed with 1009';
    },
  },
  {
    id: 'trait-subprotocol',
    about: 'conversation',
    title: 'of the subprotocols that are offered it chooses the first, whichever that is',
    async run({ proxy }) {
      const connection = connectionOf(proxy, 'conversation');
      const chosen = (...protocols: string[]): Promise<string> =>
        withSocket(connection, async ({ protocol }) => protocol, { protocols });
      assertClaimed(connection, 'firstSubprotocol', await chosen('realtime', 'another'));
      assert.equal(await chosen('another', 'realtime'), 'another');
    },
  },
  {
    id: 'trait-one-model',
    about: 'responses',
    title: 'a second model on one socket is answered by the first',
    async run({ proxy, asked }) {
      const connection = connectionOf(proxy, 'responses');
      await withSocket(connection, async (socket) => {
        for (const model of [models.responses, 'gpt-4.1-mini']) {
          socket.send({ type: 'response.create', model, input: 'hello' });
          assert.ok(await socket.next('response.completed'));
        }
      });
      const [first, second] = asked.slice(-2).map(({ model }) => model);
      assert.equal(first, models.responses);
      assertClaimed(connection, 'oneModelPerSocket', second === first);
    },
  },
  {
    id: 'trait-response-ids',
    about: 'responses',
    title: 'the id of a response over HTTP is unknown on a socket',
    async run({ proxy }) {
      const connection = connectionOf(proxy, 'responses');
      const { id } = (await (await post(proxy, '/v1/responses', { input: 'one' })).json()) as { id: string };
      return withSocket(connection, async (socket) => {
        socket.send({ type: 'response.create', model: models.responses, input: 'two', previous_response_id: id });
        const answer = await socket.next('response.completed', 'error');
        assertClaimed(connection, 'responseIdsStayOnTransport', answer?.type === 'error');
        return String((answer?.error as { code?: unknown } | undefined)?.code);
      });
    },
  },
  {
    id: 'trait-speech',
    about: 'speech',
    title: 'not a byte comes of speech that the provider does not end, unless it is asked for through the relay',
    run: ({ proxy, ...world }) =>
      during({ proxy, ...world }, 'end-after:1,path=/v1/audio/speech', async () => {
        const speak = async (path: string): Promise<boolean> => {
          const response = await post(proxy, path, { model: models.speech, ...speech });
          await response.arrayBuffer().catch(() => undefined);
          return response.ok;
        };
        const [own, relay] = [await speak('/v1/audio/speech'), await speak('/openai_passthrough/audio/speech')];
        assertClaimed(connectionOf(proxy, 'speech'), 'buffersSpeech', !own);
        assertClaimed(
          connectionOf(proxy, 'speech', { speech: 'passthrough' }),
          'buffersSpeech',
          relay ? undefined : true,
        );
      }),
  },
];

function post({ origin, apiKey }: Place, path: string, body: object): Promise<Response> {
  return fetch(origin + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: models.responses, ...body }),
  });
}
