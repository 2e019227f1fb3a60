import { describe, expect, it, onTestFinished } from 'vitest';
import { refuseWith, startInFront } from '../__fixtures__/provider.ts';
import type { ProviderBehaviour } from '../__fixtures__/provider.ts';
import { useRig } from '../__fixtures__/rig.ts';
import type { Rig } from '../__fixtures__/rig.ts';
import { findGateway, gatewayRules } from './index.ts';
import { gatewayNames } from './names.ts';
import type { GatewaySettings } from './settings.ts';

const start = useRig();
const rig = (settings: GatewaySettings | string, behaviour?: ProviderBehaviour): Promise<Rig> =>
  start(settings, behaviour, ['key-of-the-test', 'a.signed.token']);

const aig = '/v1/account/gateway/openai';
const version = 'api-version=2024-10-01-preview';

describe('a socket is routed', () => {
  it.each([
    ['openai-compatible', '/v1/realtime?model=m&x=%20', '/v1/realtime?model=m&x=%20'],
    ['openai-compatible', '/v1/realtime?intent=transcription', '/v1/realtime?intent=transcription'],
    ['openai-compatible', '/v1/responses?model=m', '/v1/responses?model=m'],
    ['openai-compatible', '/v1/live/sessions', '/v1/live/sessions'],
    ['agentgateway', '/v1/realtime?a=b%20c', '/v1/realtime?a=b%20c'],
    ['helicone', '/v1/gateway/oai/realtime?model=m&model=n', '/v1/realtime?model=m&model=n'],
    ['helicone', '/v1/gateway/oai/any/thing?intent=transcription', '/v1/realtime?intent=transcription'],
    ['cloudflare', `${aig}?model=m`, '/v1/realtime?model=m'],
    ['cloudflare', `${aig}?intent=transcription`, '/v1/realtime?intent=transcription'],
    ['azure', '/openai/v1/realtime?model=dep', '/v1/realtime?model=dep'],
    ['azure', '/openai/v1/realtime?intent=transcription', '/v1/realtime?intent=transcription'],
    ['azure', '/openai/v1/responses', '/v1/responses'],
    ['azure', '/openai/v1/realtime?model=dep&api-key=key-of-the-test', '/v1/realtime?model=dep'],
    ['azure', '/openai/v1/realtime/translations?model=dep', '/v1/realtime/translations?model=dep'],
    ['azure', '/openai/v1/live/sessions', '/v1/live/sessions'],
    ['azure-legacy', `/openai/realtime?${version}&deployment=dep`, '/v1/realtime?model=dep'],
    ['azure-legacy', `/openai/realtime?${version}&intent=transcription`, '/v1/realtime?intent=transcription'],
    ['bifrost', '/v1/realtime?model=openai%2Fgpt-realtime', '/v1/realtime?model=gpt-realtime'],
    ['bifrost', '/openai/realtime?deployment=gpt-realtime', '/v1/realtime?model=gpt-realtime'],
    ['bifrost', '/v1/realtime?intent=transcription', '/v1/realtime?intent=transcription'],
    ['bifrost', '/openai/v1/responses', '/v1/responses'],
    ['vercel', '/v1/responses', '/v1/responses'],
    ['vercel', '/v1/live/sessions', '/v1/live/sessions'],
    ['localai', '/v1/realtime?model=m&localai_assistant=1', '/v1/realtime?model=m'],
    ['localai', '/responses', '/v1/responses'],
    ['speaches', '/v1/realtime?model=m&language=en', '/v1/realtime?model=m'],
    ['speaches', '/v1/realtime?model=m&intent=transcription', '/v1/realtime?intent=transcription'],
  ])('%s: %s as %s', async (name, path, target) => {
    const { connect, provider } = await rig(name);
    const dialled = provider.nextSocket();
    await connect(path).opened;
    await dialled;
    expect(provider.seen.map((one) => one.target)).toEqual([target]);
  });
});

describe('a socket is refused', () => {
  it.each([
    ['openai-compatible', '/v1/realtime', 400, 'missing_model'],
    ['openai-compatible', '/v1/responses', 400, 'missing_model'],
    ['openai-compatible', '/v1/realtime/translations', 400, 'missing_model'],
    ['openai-compatible', '/v1/embeddings', 404, 'Unknown path'],
    ['agentgateway', '/v1/responses', 404, ''],
    ['helicone', '/v1/realtime', 404, ''],
    ['cloudflare', `${aig}/realtime?model=m`, 404, ''],
    ['azure', '/openai/v1/realtime', 400, 'BadRequest'],
    ['azure', '/openai/v1/realtime?intent=transcription&model=dep', 400, 'OpperationNotSupported'],
    ['azure', '/openai/v1/realtime/translations', 400, 'BadRequest'],
    ['azure', '/v1/realtime?model=dep', 404, 'Resource not found'],
    ['azure-legacy', '/openai/realtime?deployment=dep', 404, 'Resource not found'],
    ['azure-legacy', `/openai/realtime?${version}`, 404, 'Resource not found'],
    ['azure-legacy', `/openai/realtime?${version}&deployment=dep&intent=transcription`, 400, 'OpperationNotSupported'],
    ['azure-legacy', `/openai/live/sessions?${version}`, 404, 'Resource not found'],
    ['bifrost', '/realtime?model=openai/m', 404, ''],
    ['vercel', '/v1/realtime?model=openai/m', 404, ''],
    ['vercel', '/v4/ai/realtime-model?ai-model-id=openai/m', 404, ''],
    ['localai', '/v1/live/sessions', 404, ''],
    ['speaches', '/v1/realtime?intent=transcription', 403, ''],
    ['speaches', '/v1/responses', 403, ''],
    ['vllm', '/v1/responses', 403, ''],
  ])('%s: %s with %i', async (name, path, status, body) => {
    const { connect, provider } = await rig(name);
    expect(await connect(path).refused).toEqual({ status, body: expect.stringContaining(body) });
    expect(provider.seen).toEqual([]);
  });

  it.each([
    ['openai-compatible', '/v1/realtime?model=m', 401],
    ['azure', '/openai/v1/realtime?model=dep', 401],
    ['azure-legacy', `/openai/realtime?${version}&deployment=dep`, 401],
    ['bifrost', '/v1/realtime?model=openai/m', 401],
    ['vercel', '/v1/responses', 401],
    ['localai', '/v1/realtime?model=m', 401],
    ['livekit-inference', '/v1/stt?model=m', 401],
  ])('%s: a wrong key with %i', async (name, path, status) => {
    const { connect } = await rig(name);
    expect((await connect(path, { token: 'wrong' }).refused).status).toBe(status);
  });

  it('livekit-inference: its own speech protocol with 404', async () => {
    const { connect } = await rig('livekit-inference');
    expect((await connect('/v1/stt?model=m', { token: 'a.signed.token' }).refused).status).toBe(404);
  });

  it('speaches: a wrong key after the upgrade, with 1008', async () => {
    const { connect } = await rig('speaches');
    expect((await connect('/v1/realtime?model=m', { token: 'wrong' }).closed).code).toBe(1008);
    await connect('/v1/realtime?model=m&api_key=key-of-the-test', { token: null }).opened;
  });

  it('cloudflare: without its own token, if the gateway is an authenticated one', async () => {
    const { connect } = await rig({ name: 'cloudflare', authenticated: true });
    expect((await connect(`${aig}?model=m`).refused).status).toBe(401);
    await connect(`${aig}?model=m`, { headers: { 'cf-aig-authorization': 'Bearer key-of-the-test' } }).opened;
    await connect(`${aig}?model=m`, { protocols: ['cf-aig-authorization.key-of-the-test'] }).opened;
  });

  it('bifrost: after the upgrade, with an event and a cut, when the URL says no provider', async () => {
    const { connect } = await rig('bifrost');
    for (const [path, message] of [
      ['/v1/realtime', 'model or deployment query parameter is required'],
      ['/v1/realtime?model=gpt-realtime', 'no provider could be resolved for model gpt-realtime'],
    ] as const) {
      const socket = connect(path);
      expect(await socket.next('error')).toMatchObject({ error: { message: expect.stringContaining(message) } });
      expect((await socket.closed).code).toBe(1006);
    }
  });

  it('localai: after the upgrade, with an event, when it cannot load the model', async () => {
    const { connect } = await rig({ name: 'localai', models: { pipeline: 'gpt-realtime' } });
    const unnamed = connect('/v1/realtime');
    expect(await unnamed.next('error')).toMatchObject({ error: { code: 'invalid_model' } });
    expect(await connect('/v1/realtime?model=nope').next('error')).toMatchObject({
      error: { code: 'model_load_error' },
    });
  });
});

describe('keys', () => {
  it.each([
    ['helicone', '/v1/gateway/oai/realtime?model=m', 'Bearer key-of-the-test'],
    ['cloudflare', `${aig}?model=m`, 'Bearer key-of-the-test'],
    ['azure', '/openai/v1/realtime?model=m', 'Bearer key-of-the-gateway'],
    ['agentgateway', '/v1/realtime?model=m', 'Bearer key-of-the-gateway'],
    ['bifrost', '/v1/realtime?model=openai/m', 'Bearer key-of-the-gateway'],
  ])('%s sends the right one up', async (name, path, key) => {
    const { connect, provider } = await rig(name);
    const dialled = provider.nextSocket();
    await connect(path).opened;
    await dialled;
    expect(provider.seen[0]?.headers.authorization).toBe(key);
  });

  it.each([
    ['azure', '/openai/v1/realtime?model=m', { 'api-key': 'key-of-the-test' }],
    ['bifrost', '/v1/realtime?model=openai/m', { 'x-bf-vk': 'key-of-the-test' }],
    ['localai', '/v1/realtime?model=m', { 'xi-api-key': 'key-of-the-test' }],
  ])('%s takes one from another header', async (name, path, headers) => {
    const { connect } = await rig(name);
    await connect(path, { token: null, headers }).opened;
  });
});

describe('how sockets end', () => {
  it('helicone: always with 1000, and never when the provider refused', async () => {
    const { connect, provider } = await rig('helicone');
    const dialled = provider.nextSocket();
    const socket = connect('/v1/gateway/oai/realtime?model=m');
    (await dialled).close(4000, 'the real reason');
    expect(await socket.closed).toEqual({ code: 1000, reason: 'Target connection closed' });

    const refusing = await rig('helicone', { upgrade: refuseWith(401) });
    const silent = refusing.connect('/v1/gateway/oai/realtime?model=m');
    await silent.opened;
    while (refusing.provider.seen.length === 0) await refusing.clock.advance(1);
    await refusing.clock.advance(60_000);
    await silent.ping();
    expect([silent.socket.readyState, silent.frames]).toEqual([silent.socket.OPEN, []]);
  });

  it('helicone: with the Beta header of older versions, if told so', async () => {
    const { connect, provider } = await rig({ name: 'helicone', beta: true });
    const dialled = provider.nextSocket();
    await connect('/v1/gateway/oai/realtime?model=m').opened;
    await dialled;
    expect(provider.seen[0]?.headers['openai-beta']).toBe('realtime=v1');
  });

  it.each(['azure', 'agentgateway', 'cloudflare', 'openai-compatible'])(
    '%s: as the provider’s did, and as its refusal',
    async (name) => {
      const base = { azure: '/openai/v1/realtime', cloudflare: aig }[name] ?? '/v1/realtime';
      const { connect, provider } = await rig(name);
      const dialled = provider.nextSocket();
      const socket = connect(`${base}?model=m`);
      await socket.opened;
      (await dialled).close(4001, 'why');
      expect(await socket.closed).toEqual({ code: 4001, reason: 'why' });

      const refusing = await rig(name, { upgrade: refuseWith(429) });
      expect(await refusing.connect(`${base}?model=m`).refused).toEqual({ status: 429, body: 'nope' });
      const cut = await rig(name, { upgrade: (raw) => Boolean(raw.destroy()) });
      expect((await cut.connect(`${base}?model=m`).refused).status).toBe(502);
    },
  );

  it('speaches: after half an hour', async () => {
    const { connect, clock, provider } = await rig('speaches');
    const dialled = provider.nextSocket();
    const socket = connect('/v1/realtime?model=m');
    await socket.opened;
    await dialled;
    await clock.advance(1_800_000);
    expect((await socket.closed).code).toBe(1000);
  });

  it('bifrost: with a complaint for a binary frame, and when pings stay unanswered for 45 s', async () => {
    const { connect, clock } = await rig('bifrost', { open: (upstream) => upstream.send('{"type":"ready"}') });
    const socket = connect('/v1/realtime?model=openai/m', { autoPong: false });
    await socket.next('ready');
    socket.send(Buffer.from([1]));
    await socket.next('error');
    expect((await socket.closed).code).toBe(1003);
    const dead = connect('/v1/realtime?model=openai/m', { autoPong: false });
    await dead.next('ready');
    await clock.advance(45_000);
    expect((await dead.closed).code).toBe(1011);
  });
});

describe('frames', () => {
  it.each([
    ['vercel', '/v1/responses', 'openai/gpt-5-mini', { model: 'gpt-5-mini' }],
    ['bifrost', '/v1/responses', 'openai/gpt-5-mini', { model: 'gpt-5-mini', store: true }],
    ['bifrost', '/openai/v1/responses', 'gpt-5-mini', { model: 'gpt-5-mini', store: true }],
  ])('%s at %s resolves %s', async (name, path, model, expected) => {
    const { connect, provider } = await rig(name);
    const socket = connect(path);
    await socket.opened;
    const sent = provider.nextFrame();
    socket.send({ type: 'response.create', model, store: false });
    expect(JSON.parse(await sent)).toMatchObject({ type: 'response.create', ...expected });
  });

  it('bifrost does not know a model without its provider', async () => {
    const { connect } = await rig('bifrost');
    const socket = connect('/v1/responses');
    await socket.opened;
    socket.send({ type: 'response.create', model: 'gpt-5-mini' });
    expect(await socket.next('error')).toMatchObject({
      error: { message: 'failed to parse model string: gpt-5-mini' },
    });
  });

  const update = (model?: string): Record<string, unknown> => ({
    type: 'session.update',
    session: { type: 'transcription', audio: { input: { transcription: { model } } } },
  });

  it.each([
    ['bifrost', '/v1/realtime?intent=transcription', 'openai/whisper-1', 'whisper-1'],
    ['speaches', '/v1/realtime?model=whisper-1&intent=transcription', undefined, 'whisper-1'],
    ['localai', '/v1/realtime?model=whisper-1', undefined, 'whisper-1'],
    ['localai', '/v1/realtime?model=pipeline', 'whisper-1', 'whisper-1'],
  ])('%s at %s names the transcription model', async (name, path, written, expected) => {
    const { connect, provider } = await rig(name);
    const socket = connect(path);
    await socket.opened;
    const sent = provider.nextFrame();
    socket.send(update(written));
    expect(JSON.parse(await sent)).toEqual(update(expected));
    expect(provider.seen.at(-1)?.target).toBe('/v1/realtime?intent=transcription');
  });

  it('localai announces one session even when it turns out to be a transcription', async () => {
    const { connect, provider } = await rig('localai', {
      open: (upstream) => upstream.send('{"type":"session.created"}'),
    });
    const socket = connect('/v1/realtime?model=pipeline');
    await socket.next('session.created');
    const again = provider.nextSocket();
    socket.send(update());
    (await again).send('{"type":"session.updated"}');
    await socket.next('session.updated');
    expect(socket.frames.map((frame) => frame.type)).toEqual(['session.created', 'session.updated']);
  });

  it('vllm transcribes in a protocol of its own', async () => {
    const { connect, provider } = await rig('vllm', {
      http: (_request, response) => response.end('{"text":"hello there"}'),
    });
    const socket = connect('/v1/realtime');
    await socket.next('session.created');
    socket.send({ type: 'input_audio_buffer.commit' });
    expect(await socket.next('error')).toEqual({
      type: 'error',
      error: 'Model not validated. Send session.update first.',
      code: 'model_not_validated',
    });
    socket.send({ type: 'session.update', model: 'voxtral' });
    socket.send({ type: 'input_audio_buffer.append', audio: 'AAAA' });
    socket.send({ type: 'input_audio_buffer.commit', final: true });
    expect(await socket.next('transcription.done')).toMatchObject({ text: 'hello there' });
    expect(provider.seen[0]?.target).toBe('/v1/audio/transcriptions');
  });
});

describe('over HTTP', () => {
  const chat = '/v1/chat/completions';
  it.each([
    ['openai-compatible', '/v1/audio/speech', '/v1/audio/speech', 'm', 'm'],
    ['agentgateway', chat, chat, 'm', 'm'],
    ['helicone', `/v1/gateway/oai/v1/chat/completions`, chat, 'm', 'm'],
    ['cloudflare', `${aig}/chat/completions`, chat, 'm', 'm'],
    ['azure', '/openai/v1/chat/completions', chat, 'm', 'm'],
    ['azure-legacy', `/openai/deployments/dep/chat/completions?${version}`, chat, 'm', 'dep'],
    ['azure-legacy', `/openai/responses?${version}`, '/v1/responses', 'm', 'm'],
    ['bifrost', chat, chat, 'openai/m', 'm'],
    ['bifrost', '/openai/v1/chat/completions', chat, 'm', 'm'],
    ['vercel', '/v1/responses', '/v1/responses', 'openai/m', 'm'],
    ['livekit-inference', chat, chat, 'openai/m', 'openai/m'],
    ['localai', '/chat/completions', chat, 'm', 'm'],
    ['speaches', '/v1/audio/speech', '/v1/audio/speech', 'm', 'm'],
    ['vllm', '/v1/responses', '/v1/responses', 'm', 'm'],
  ])('%s forwards %s', async (name, path, target, model, expected) => {
    const { origin, provider } = await rig(name);
    const token = name === 'livekit-inference' ? 'a.signed.token' : 'key-of-the-test';
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const reply = await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify({ model }) });
    expect(reply.status).toBe(200);
    expect(provider.seen[0]?.target).toBe(target);
    expect(provider.seen[0]?.body).toBe(JSON.stringify({ model: expected }));
  });

  it.each([
    ['openai-compatible', '/v1/models', 'wrong', 401],
    ['helicone', '/v1/models', 'key-of-the-test', 404],
    ['cloudflare', '/v1/models', 'key-of-the-test', 404],
    ['azure', '/openai/v1/models', 'wrong', 401],
    ['azure', '/v1/models', 'key-of-the-test', 404],
    ['azure-legacy', '/openai/models', 'key-of-the-test', 404],
    ['bifrost', '/v1/models', 'wrong', 401],
    ['vercel', '/v1/audio/speech', 'key-of-the-test', 404],
    ['livekit-inference', chat, 'key-of-the-test', 401],
    ['livekit-inference', '/v1/responses', 'a.signed.token', 404],
    ['localai', '/v1/realtime/sessions', 'key-of-the-test', 501],
    ['speaches', '/v1/responses', 'key-of-the-test', 404],
    ['vllm', '/v1/audio/speech', 'key-of-the-test', 404],
    ['agentgateway', '/models', 'key-of-the-test', 404],
  ])('%s refuses %s with the key %s: %i', async (name, path, token, status) => {
    const { origin, provider } = await rig(name);
    const reply = await fetch(origin + path, { headers: { authorization: `Bearer ${token}` } });
    expect(reply.status).toBe(status);
    expect(provider.seen).toEqual([]);
  });

  it('tells the provider when the client goes away, and the client when the provider is gone', async () => {
    let gone: () => void = () => {};
    const closed = new Promise<void>((resolve) => (gone = resolve));
    const { origin } = await rig('openai-compatible', {
      http(_request, response) {
        response.on('close', gone);
        response.write('first');
      },
    });
    const headers = { authorization: 'Bearer key-of-the-test' };
    const abort = new AbortController();
    const reply = await fetch(`${origin}${chat}`, { headers, signal: abort.signal });
    await reply.body!.getReader().read();
    abort.abort();
    await closed;

    const dead = await startInFront('http://127.0.0.1:9', 'openai-compatible');
    onTestFinished(() => dead.close());
    expect((await fetch(`${dead.url}/models`, { headers })).status).toBe(502);
  });
});

describe('names', () => {
  it('are those of the rules, and an unknown one names them all', () => {
    expect(gatewayNames).toEqual(gatewayRules.map((rule) => rule.name));
    expect(() => findGateway('nginx')).toThrow(/no gateway named 'nginx'.*litellm@1\.105.*openai-compatible/);
  });
});
