import { describe, expect, it } from 'vitest';
import { refuseWith } from '../../__fixtures__/provider.ts';
import type { ProviderBehaviour } from '../../__fixtures__/provider.ts';
import { useRig } from '../../__fixtures__/rig.ts';
import type { RawSocketOptions, Rig } from '../../__fixtures__/rig.ts';
import type { GatewaySettings } from '../settings.ts';

const start = useRig();
const rig = (behaviour?: ProviderBehaviour, settings?: Partial<GatewaySettings>): Promise<Rig> =>
  start({ name: 'litellm', ...settings }, behaviour, ['key-of-the-test']);

describe('LiteLLM, realtime', () => {
  it.each([
    ['no model', '/v1/realtime', {}],
    ['another intent and no model', '/v1/realtime?intent=conversation', {}],
    ['a wrong key', '/v1/realtime?model=rt', { token: 'wrong' }],
    ['no key', '/v1/realtime?model=rt', { token: null }],
    ['a bare key', '/v1/realtime?model=rt', { token: null, headers: { authorization: 'key-of-the-test' } }],
    [
      'a lower-case scheme',
      '/v1/realtime?model=rt',
      { token: null, headers: { authorization: 'bearer key-of-the-test' } },
    ],
    ['x-api-key', '/v1/realtime?model=rt', { token: null, headers: { 'x-api-key': 'key-of-the-test' } }],
    ['a trailing slash', '/v1/realtime/?model=rt', {}],
  ] satisfies [string, string, RawSocketOptions][])(
    'answers %s with 403 and an empty body',
    async (_what, path, options) => {
      const { connect } = await rig();
      expect(await connect(path, options).refused).toEqual({ status: 403, body: '' });
    },
  );

  it.each([
    ['/v1/realtime?model=rt&foo=bar&call_id=1', '/v1/realtime?model=gpt-realtime'],
    ['/realtime?model=rt', '/v1/realtime?model=gpt-realtime'],
    ['/openai/v1/realtime?model=nope&model=rt', '/v1/realtime?model=gpt-realtime'],
    ['/v1/realtime?intent=transcription', '/v1/realtime?intent=transcription'],
    ['/v1/realtime?model=stt&intent=transcription', '/v1/realtime?model=gpt-4o-transcribe&intent=transcription'],
    ['/v1/realtime?model=az&intent=transcription', '/v1/realtime?intent=transcription'],
  ])('sends %s up as %s, without the client’s headers', async (path, target) => {
    const models = {
      rt: 'gpt-realtime',
      stt: 'gpt-4o-transcribe',
      az: 'azure/stt',
      'gpt-realtime-whisper': 'gpt-4o-transcribe',
    };
    const { connect, provider } = await rig({}, { models });
    const socket = provider.nextSocket();
    await connect(path, { headers: { 'openai-organization': 'o', 'x-custom': '1' } }).opened;
    await socket;
    const [seen] = provider.seen;
    expect(seen?.target).toBe(target);
    expect(seen?.headers.authorization).toBe('Bearer key-of-the-gateway');
    expect(Object.keys(seen?.headers ?? {})).not.toContain('x-custom');
  });

  it.each([
    ['api-key', { token: null, headers: { 'api-key': 'key-of-the-test' } }],
    ['a subprotocol', { token: null, protocols: ['realtime', 'openai-insecure-api-key.key-of-the-test'] }],
  ] satisfies [string, RawSocketOptions][])('takes the key from %s', async (_where, options) => {
    const { connect } = await rig();
    await connect('/v1/realtime?model=rt', options).opened;
  });

  it.each([
    ['an unknown alias', '/v1/realtime?model=nope', 'nope'],
    ['an empty one', '/v1/realtime?model=', ''],
    ['a transcription without its alias', '/v1/realtime?intent=transcription', 'gpt-realtime-whisper'],
  ])('opens, then errs and closes with 1011 for %s', async (_what, path, alias) => {
    const { connect } = await rig({}, { models: { rt: 'gpt-realtime' } });
    const socket = connect(path);
    const error = await socket.next('error');
    expect(error).toEqual({
      type: 'error',
      error: { type: 'server_error', message: expect.stringContaining(`Invalid model name passed in model=${alias}`) },
    });
    expect(await socket.closed).toMatchObject({ code: 1011, reason: expect.stringContaining('Invalid model name') });
  });

  it.each([
    [401, 1008],
    [429, 1013],
    [400, 1011],
    [404, 1011],
    [500, 1011],
  ])('tells that the provider refused with %i and closes with %i', async (status, code) => {
    const { connect } = await rig({ upgrade: refuseWith(status) });
    const socket = connect('/v1/realtime?model=rt');
    expect(await socket.next('error')).toMatchObject({
      error: { message: `Upstream realtime handshake rejected with HTTP ${status}` },
    });
    expect(await socket.closed).toEqual({ code, reason: `Upstream realtime handshake rejected with HTTP ${status}` });
  });

  it('closes with 1011 without an event when the provider resets, and after 10 s when it never answers', async () => {
    const reset = await rig({ upgrade: (socket) => Boolean(socket.destroy()) });
    const cut = reset.connect('/v1/realtime?model=rt');
    const reason = 'Internal server error: did not receive a valid HTTP response';
    expect(await cut.closed).toEqual({ code: 1011, reason });
    expect(cut.frames).toEqual([]);

    const silent = await rig({ upgrade: () => true });
    const hung = silent.connect('/v1/realtime?model=rt');
    await hung.opened;
    await silent.clock.advance(9_999);
    expect(hung.socket.readyState).toBe(hung.socket.OPEN);
    await silent.clock.advance(1);
    expect((await hung.closed).code).toBe(1011);
    expect(hung.frames).toEqual([]);
  });

  it.each([
    ['1000', { code: 1000, reason: 'bye' }, { code: 1000, reason: 'bye', errors: 0 }],
    ['1001', { code: 1001, reason: 'away' }, { code: 1001, reason: 'away', errors: 1 }],
    ['4000', { code: 4000, reason: 'x.invalid_model' }, { code: 4000, reason: 'x.invalid_model', errors: 1 }],
    [
      'no reason',
      { code: 1000, reason: '' },
      { code: 1000, reason: 'upstream websocket closed with code 1000', errors: 0 },
    ],
    [
      'no code',
      { code: undefined, reason: '' },
      { code: 1011, reason: 'upstream websocket closed with code 1005', errors: 1 },
    ],
    ['a cut', 'terminate' as const, { code: 1011, reason: 'no close frame received or sent', errors: 1 }],
  ])('hands the provider’s end on: %s', async (_what, how, expected) => {
    const { connect, provider } = await rig();
    const upstream = provider.nextSocket();
    const socket = connect('/v1/realtime?model=rt');
    if (how === 'terminate') (await upstream).terminate();
    else (await upstream).close(how.code, how.reason);
    const { code, reason } = await socket.closed;
    expect({ code, reason, errors: socket.frames.length }).toEqual(expected);
    if (expected.errors > 0) {
      expect(JSON.stringify(socket.frames)).toContain('upstream websocket closed with code');
    }
  });

  it('relays frames as they are, flat sessions nested, and dies of a binary one', async () => {
    const { connect, provider } = await rig();
    const upstream = provider.nextSocket();
    const socket = connect('/v1/realtime?model=rt');
    await socket.opened;
    socket.send('{"type": "input_audio_buffer.commit" }');
    socket.send({
      type: 'session.update',
      session: { modalities: ['text', 'audio'], voice: 'alloy', turn_detection: null },
    });
    socket.send({ type: 'session.update', session: { type: 'realtime', model: 'other', x: 1 } });
    (await upstream).send('{"type": "session.created"}');
    await socket.next('session.created');
    while (provider.frames.length < 3) await provider.nextFrame();
    expect(provider.frames[0]).toBe('{"type": "input_audio_buffer.commit" }');
    expect(JSON.parse(provider.frames[1]!)).toEqual({
      type: 'session.update',
      session: {
        type: 'realtime',
        output_modalities: ['audio'],
        audio: { input: { turn_detection: null }, output: { voice: 'alloy' } },
      },
    });
    expect(JSON.parse(provider.frames[2]!)).toMatchObject({ session: { type: 'realtime', model: 'other', x: 1 } });
    socket.send(Buffer.from([1, 2, 3]));
    expect((await socket.closed).code).toBe(1006);
  });

  it.each([
    ['?intent=transcription', { 'gpt-realtime-whisper': 'gpt-4o-transcribe' }],
    ['?model=ear&intent=transcription', { ear: 'azure/gpt-4o-transcribe' }],
  ])('overwrites the model of a transcription: %s', async (query, models) => {
    const { connect, provider } = await rig({}, { models });
    const socket = connect(`/v1/realtime${query}`);
    await socket.opened;
    const transcription = { model: 'whatever', language: 'en' };
    const frame = provider.nextFrame();
    socket.send({ type: 'session.update', session: { type: 'transcription', audio: { input: { transcription } } } });
    expect(JSON.parse(await frame)).toMatchObject({
      session: {
        type: 'transcription',
        audio: { input: { transcription: { model: 'gpt-4o-transcribe', language: 'en' } } },
      },
    });
  });

  it.each([
    ['litellm@1.105', '/v1/realtime?model=rt', 1],
    ['litellm@1.105', '/v1/realtime?intent=transcription', 0],
    ['litellm', '/v1/realtime?model=rt', 0],
  ])('%s at %s injects a turn after a transcript %i times', async (name, path, times) => {
    const { connect, provider } = await rig({}, { name });
    const upstream = provider.nextSocket();
    const socket = connect(path);
    (await upstream).send('{"type":"conversation.item.input_audio_transcription.completed"}');
    await socket.next('conversation.item.input_audio_transcription.completed');
    const marker = provider.nextFrame();
    socket.send('{"type":"marker"}');
    await marker;
    while (!provider.frames.includes('{"type":"marker"}')) await provider.nextFrame();
    expect(provider.frames.filter((frame) => frame === '{"type":"response.create"}')).toHaveLength(times);
  });

  it('pings every 20 s and gives a client up that has not answered for 40', async () => {
    const { connect, clock } = await rig({ open: (upstream) => upstream.send('{"type":"ready"}') });
    const alive = connect('/v1/realtime?model=rt');
    const dead = connect('/v1/realtime?model=rt', { autoPong: false });
    await Promise.all([alive.next('ready'), dead.next('ready')]);
    const pinged = new Promise((resolve) => alive.socket.once('ping', resolve));
    await clock.advance(20_000);
    await pinged;
    await alive.ping(); // our pong has arrived before their pong to this
    await clock.advance(20_000);
    expect((await dead.closed).code).toBe(1011);
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  it('gives a provider up that has not answered pings for 40 s', async () => {
    const { connect, clock } = await rig({ autoPong: false, open: (upstream) => upstream.send('{"type":"ready"}') });
    const socket = connect('/v1/realtime?model=rt');
    await socket.next('ready');
    const pinged = new Promise((resolve) => socket.socket.once('ping', resolve));
    await clock.advance(20_000);
    await pinged;
    await socket.ping();
    await clock.advance(20_000);
    expect(await socket.next('error')).toMatchObject({ error: { message: expect.stringContaining('code 1006') } });
    expect((await socket.closed).code).toBe(1011);
  });

  it('closes with 1009 for a frame above 16 MiB', async () => {
    const { connect } = await rig();
    const socket = connect('/v1/realtime?model=rt');
    await socket.opened;
    socket.send('x'.repeat(16 * 1024 * 1024 + 1));
    expect((await socket.closed).code).toBe(1009);
  });

  it('closes with 1012 when it is stopped', async () => {
    const { connect, stop } = await rig();
    const socket = connect('/v1/realtime?model=rt');
    await socket.opened;
    await stop();
    expect((await socket.closed).code).toBe(1012);
  });

  it('relays a transcription verbatim through its passthrough, if that is on', async () => {
    const off = await rig();
    const closed = off.connect('/openai_passthrough/realtime?intent=transcription');
    await closed.next('error');
    expect(await closed.closed).toEqual({ code: 1008, reason: 'OpenAI websocket passthrough is disabled' });

    const on = await rig({}, { passthrough: true });
    const upstream = on.provider.nextSocket();
    const socket = on.connect('/openai_passthrough/realtime?intent=transcription&foo=b%20c');
    (await upstream).terminate();
    expect(on.provider.seen[0]?.target).toBe('/v1/realtime?intent=transcription&foo=b%20c');
    expect((await socket.closed).code).toBe(1000);
  });

  it('does not tell through its passthrough why the provider refused, and gives it 10 s', async () => {
    const path = '/openai_passthrough/realtime?intent=transcription';
    const refusing = await rig({ upgrade: refuseWith(401) }, { passthrough: true });
    const refused = { code: 1011, reason: 'Upstream connection rejected' };
    expect(await refusing.connect(path).closed).toEqual(refused);
    const silent = await rig({ upgrade: () => true }, { passthrough: true });
    const hung = silent.connect(path);
    await hung.opened;
    await silent.clock.advance(10_000);
    expect(await hung.closed).toEqual({ code: 1011, reason: 'WebSocket passthrough error' });
  });
});
