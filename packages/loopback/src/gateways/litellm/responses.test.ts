import { describe, expect, it } from 'vitest';
import { refuseWith } from '../../__fixtures__/provider.ts';
import type { ProviderBehaviour } from '../../__fixtures__/provider.ts';
import type { RawSocket } from '../../__fixtures__/raw-socket.ts';
import { useRig } from '../../__fixtures__/rig.ts';
import type { Rig } from '../../__fixtures__/rig.ts';
import type { JsonObject } from '../../http/json.ts';
import type { GatewaySettings } from '../settings.ts';

const start = useRig();

async function rig(
  behaviour?: ProviderBehaviour,
  settings?: Partial<GatewaySettings>,
): Promise<Omit<Rig, 'connect'> & { connect(query?: string): RawSocket }> {
  const { connect, ...rest } = await start({ name: 'litellm', ...settings }, behaviour);
  return { ...rest, connect: (query = '') => connect(`/v1/responses${query}`) };
}

const create = (more: JsonObject = {}): JsonObject => ({
  type: 'response.create',
  model: 'fast',
  input: 'hi',
  ...more,
});

describe('LiteLLM, Responses sockets', () => {
  it('gives a socket 30 s for its first frame, and as long as it likes after that', async () => {
    const { connect, clock, provider } = await rig();
    const late = connect();
    const early = connect();
    await Promise.all([late.opened, early.opened]);
    const dialled = provider.nextSocket();
    early.send(create());
    await dialled;
    await clock.advance(29_999);
    expect(late.socket.readyState).toBe(late.socket.OPEN);
    await clock.advance(1);
    expect(await late.closed).toEqual({ code: 1008, reason: 'Timed out waiting for first message' });
    expect(early.socket.readyState).toBe(early.socket.OPEN);
  });

  it('dials only then, with the model in the query whatever the client did', async () => {
    const { connect, provider } = await rig({}, { models: { fast: 'gpt-5-mini' } });
    for (const [query, frame] of [
      ['?model=fast', create({ model: undefined })],
      ['', create()],
      ['', { type: 'response.create', response: { model: 'fast', input: 'hi' } }],
    ] as const) {
      const socket = connect(query);
      await socket.opened;
      const sent = provider.nextFrame();
      socket.send(frame);
      expect(await sent).toContain('"model":"gpt-5-mini"');
    }
    expect(provider.seen.map((one) => one.target)).toEqual(Array(3).fill('/v1/responses?model=gpt-5-mini'));
  });

  it('serves one model per socket: every frame’s is overwritten', async () => {
    const { connect, provider } = await rig();
    const socket = connect();
    await socket.opened;
    socket.send(create());
    socket.send(create({ model: 'other', x: 1 }));
    while (provider.frames.length < 2) await provider.nextFrame();
    expect(JSON.parse(provider.frames[1]!)).toMatchObject({ model: 'fast', x: 1 });
  });

  it.each([
    ['a first frame of another type', { type: 'session.update' }, 1008, undefined],
    ['no model at all', create({ model: undefined }), 1008, 'No model provided'],
    ['an unknown model', create({ model: 'nope' }), 1011, 'Invalid model name passed in model=nope'],
  ] as const)('errs and closes for %s', async (_what, frame, code, message) => {
    const { connect } = await rig({}, { models: { fast: 'gpt-5-mini' } });
    const socket = connect();
    await socket.opened;
    socket.send(frame);
    const error = await socket.next('error');
    expect(error.status).toBe(400);
    if (message) expect((error.error as JsonObject).message).toContain(message);
    expect((await socket.closed).code).toBe(code);
  });

  it.each([
    [401, 1008],
    [429, 1013],
    [503, 1011],
  ])('tells that the provider refused with %i and closes with %i', async (status, code) => {
    const { connect } = await rig({ upgrade: refuseWith(status) });
    const socket = connect();
    await socket.opened;
    socket.send(create());
    const message = `Upstream realtime handshake rejected with HTTP ${status}`;
    // It gives no status, and says “realtime” here too.
    expect(await socket.next('error')).toEqual({ type: 'error', error: { type: 'server_error', message } });
    expect(await socket.closed).toEqual({ code, reason: message });
  });

  it('hides ids, and finds the provider’s again on a new socket', async () => {
    const { connect, provider } = await rig();
    const first = connect();
    await first.opened;
    const upstream = provider.nextSocket();
    first.send(create());
    const echoed = { id: 'resp_raw', previous_response_id: 'resp_before' };
    (await upstream).send(JSON.stringify({ type: 'response.created', response: echoed }));
    const { id, previous_response_id } = (await first.next('response.created')).response as Record<string, string>;
    expect(id).toMatch(/^resp_.{60,}$/);
    expect(previous_response_id).toBe('resp_before');

    const second = connect();
    await second.opened;
    const sent = provider.nextFrame();
    second.send(create({ previous_response_id: id }));
    expect(await sent).toContain('"previous_response_id":"resp_raw"');
  });

  it.each([
    ['says goodbye', (socket: { close(code: number): void }) => socket.close(1000)],
    ['closes with 4000', (socket: { close(code: number): void }) => socket.close(4000)],
    ['is cut off', (socket: { terminate(): void }) => socket.terminate()],
  ])('hangs when the provider %s: pings are answered, the next frame is death', async (_how, end) => {
    const { connect, provider } = await rig();
    const socket = connect();
    await socket.opened;
    const dialled = provider.nextSocket();
    socket.send(create());
    const upstream = await dialled;
    upstream.send('{"type":"response.created","response":{"id":"resp_1"}}');
    await socket.next('response.created');
    const ended = new Promise((resolve) => upstream.once('close', resolve));
    end(upstream);
    await ended;
    await socket.ping();
    await socket.ping();
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    expect(socket.frames).toHaveLength(1);
    socket.send(create());
    expect((await socket.closed).code).toBe(1006);
  });

  it('closes the provider’s socket with 1000 when the client leaves, and dies of a binary frame', async () => {
    const { connect, provider } = await rig();
    const socket = connect();
    await socket.opened;
    const dialled = provider.nextSocket();
    socket.send(create());
    const upstream = await dialled;
    const code = new Promise((resolve) => upstream.once('close', resolve));
    socket.send(Buffer.from([1]));
    expect((await socket.closed).code).toBe(1006);
    expect(await code).toBe(1000);
  });

  it('answers a wrong key with 403', async () => {
    const { connect } = await start('litellm', {}, ['right']);
    expect(await connect('/v1/responses').refused).toEqual({ status: 403, body: '' });
  });
});
