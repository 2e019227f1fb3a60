import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../__fixtures__/manual-clock.ts';
import { startInFront, startProvider } from '../../__fixtures__/provider.ts';
import type { Provider } from '../../__fixtures__/provider.ts';
import { connectRaw } from '../../__fixtures__/raw-socket.ts';
import type { RawSocket } from '../../__fixtures__/raw-socket.ts';
import type { GatewaySettings } from '../settings.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const version = 'api-version=2025-04-01-preview';
const key = { 'api-key': 'key-of-the-test' };
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

interface Rig {
  provider: Provider;
  clock: ManualClock;
  origin: string;
  connect(path: string, headers?: Record<string, string>): RawSocket;
  ask(
    path: string,
    headers: Record<string, string>,
    body?: string | FormData,
  ): Promise<{ status: number; body: unknown }>;
}

async function rig(settings: GatewaySettings): Promise<Rig> {
  const provider = await startProvider();
  const clock = new ManualClock();
  const front = await startInFront(provider, settings, { clock, keys: ['key-of-the-test'] });
  open.push(provider, front);
  return {
    provider,
    clock,
    origin: front.origin,
    connect(path, headers = key) {
      const socket = connectRaw(front.origin + path, { token: null, headers });
      open.push({ close: async () => socket.socket.terminate() });
      return socket;
    },
    async ask(path, headers, body = '{}') {
      const reply = await fetch(front.origin + path, { method: 'POST', headers, body });
      return { status: reply.status, body: await reply.json() };
    },
  };
}

const doors = [
  { name: 'azure', socket: '/openai/v1/realtime?model=dep', http: '/openai/v1/chat/completions' },
  {
    name: 'azure-legacy',
    socket: `/openai/realtime?${version}&deployment=dep`,
    http: `/openai/deployments/dep/chat/completions?${version}`,
  },
];

const wrongToken = {
  statusCode: 401,
  message: expect.stringMatching(/^Unauthorized\. Access token is missing, invalid, .* or have expired\.$/) as string,
};
const wrongKey = { error: { code: '401', message: expect.stringMatching(/^Access denied due to invalid/) as string } };

describe.each(doors)('who may come in: $name', ({ name, socket, http }) => {
  it('a token, until it expires on the clock, on sockets and over HTTP', async () => {
    const { clock, connect, ask } = await rig({ name, tokens: { 'token-1': Date.UTC(2026, 10, 22, 1) } });
    await connect(socket, bearer('token-1')).opened;
    expect((await ask(http, bearer('token-1'))).status).toBe(200);
    await clock.advance(3_600_000);
    const refused = await connect(socket, bearer('token-1')).refused;
    expect({ ...refused, body: JSON.parse(refused.body) as unknown }).toEqual({ status: 401, body: wrongToken });
    expect(await ask(http, bearer('token-1'))).toEqual({ status: 401, body: wrongToken });
  });

  it('a token that was issued meanwhile', async () => {
    const tokens: Record<string, number> = {};
    const { ask } = await rig({ name, tokens });
    expect((await ask(http, bearer('token-2'))).status).toBe(401);
    tokens['token-2'] = Infinity;
    expect((await ask(http, bearer('token-2'))).status).toBe(200);
  });

  it('a key in its header, a wrong one or a token there with another complaint, and nobody without either', async () => {
    const { connect, ask } = await rig({ name, tokens: { 'token-1': Infinity } });
    await connect(socket).opened;
    expect((await ask(http, key)).status).toBe(200);
    expect(await ask(http, { 'api-key': 'wrong' })).toEqual({ status: 401, body: wrongKey });
    expect(await ask(http, { 'api-key': 'token-1' })).toEqual({ status: 401, body: wrongKey });
    expect(await ask(http, {})).toEqual({ status: 401, body: wrongToken });
    expect(JSON.parse((await connect(socket, { 'api-key': 'wrong' }).refused).body)).toEqual(wrongKey);
  });

  it('a key as a bearer, by the v1 API alone', async () => {
    const { ask } = await rig({ name, tokens: {} });
    expect((await ask(http, bearer('key-of-the-test'))).status).toBe(name === 'azure' ? 200 : 401);
  });
});

describe.each(doors)('deployments: $name', ({ name, socket, http }) => {
  it('stand for models, and others are not there', async () => {
    const { connect, ask, provider } = await rig({ name, models: { dep: 'gpt-realtime' } });
    const dialled = provider.nextSocket();
    await connect(socket).opened;
    await dialled;
    expect(provider.seen.at(-1)?.target).toBe('/v1/realtime?model=gpt-realtime');
    await ask(http, key, '{"model":"dep"}');
    expect(provider.seen.at(-1)?.body).toBe('{"model":"gpt-realtime"}');
    const missing = { error: { code: 'DeploymentNotFound', message: expect.any(String) as string } };
    expect(JSON.parse((await connect(socket.replace('=dep', '=gpt-realtime')).refused).body)).toEqual(missing);
    expect(await ask(http.replace('/dep/', '/nope/'), key, '{"model":"nope"}')).toEqual({ status: 404, body: missing });
  });

  it('stand for models in forms, whether the form names one or the path alone', async () => {
    const { ask, provider } = await rig({ name, models: { dep: 'whisper-1' } });
    const path = http.replace('/chat/completions', '/audio/transcriptions');
    const named = new FormData();
    named.set('model', 'dep');
    named.set('file', new File(['\u00ff\r\n--'], 'a.wav'));
    await ask(path, key, named);
    const { headers, body } = provider.seen.at(-1)!;
    const received = await new Response(Buffer.from(body, 'latin1'), {
      headers: { 'content-type': headers['content-type']! },
    }).formData();
    expect(received.getAll('model')).toEqual(['whisper-1']);
    expect(await (received.get('file') as File).text()).toBe('\u00ff\r\n--');
    const unnamed = new FormData();
    unnamed.set('prompt', 'p');
    await ask(path, key, unnamed);
    const added = name === 'azure-legacy';
    expect(provider.seen.at(-1)!.body.includes('name="model"\r\n\r\nwhisper-1\r\n')).toBe(added);
  });
});

describe('deployments in events', () => {
  it('stand for models in a transcription session and in a response', async () => {
    const { connect, provider } = await rig({ name: 'azure', models: { dep: 'gpt-4o-transcribe' } });
    const transcribing = connect('/openai/v1/realtime?intent=transcription');
    await transcribing.opened;
    const update = (model: string) => ({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { transcription: { model, language: 'en' } } } },
    });
    const updated = provider.nextFrame();
    transcribing.send(update('dep'));
    expect(JSON.parse(await updated)).toEqual(update('gpt-4o-transcribe'));
    transcribing.send(update('nope'));
    expect(await transcribing.next('error')).toMatchObject({ error: { code: 'DeploymentNotFound' } });
    const answering = connect('/openai/v1/responses', bearer('key-of-the-test'));
    await answering.opened;
    const asked = provider.nextFrame();
    answering.send({ type: 'response.create', model: 'dep', input: 'hi' });
    expect(JSON.parse(await asked)).toEqual({ type: 'response.create', model: 'gpt-4o-transcribe', input: 'hi' });
    answering.send({ type: 'response.create', model: 'nope', input: 'hi' });
    expect(await answering.next('error')).toMatchObject({ status: 404, error: { code: 'DeploymentNotFound' } });
  });
});

describe.each(doors)('a session: $name', ({ name, socket }) => {
  it('lasts half an hour, and says so at its beginning and at its end', async () => {
    const { clock, connect, provider } = await rig({ name });
    const dialled = provider.nextSocket();
    const session = connect(socket);
    await session.opened;
    (await dialled).send('{"type":"session.created","session":{"expires_at":4102444800}}');
    const expires = { session: { expires_at: clock.wallClock() / 1000 + 1_800 } };
    expect(await session.next('session.created')).toMatchObject(expires);
    await clock.advance(1_800_000);
    expect(await session.next('error')).toMatchObject({ error: { code: 'session_expired' } });
    expect((await session.closed).code).toBe(1001);
  });
});

describe('the preview of the Realtime API', () => {
  const conversation = `/openai/realtime?${version}&deployment=gpt-realtime`;

  it.each([
    ['session.update', { session: { type: 'realtime' } }, 'session.type'],
    ['session.update', { session: { audio: {} } }, 'session.audio'],
    ['response.create', { response: { output_modalities: ['text'] } }, 'response.output_modalities'],
    [
      'conversation.item.create',
      { item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] } },
      'item.content[0].type',
    ],
  ])('refuses the GA shape of %s', async (type, event, param) => {
    const { connect, provider } = await rig({ name: 'azure-legacy' });
    const socket = connect(conversation);
    await socket.opened;
    socket.send({ type, event_id: 'event-1', ...event });
    expect(await socket.next('error')).toMatchObject({ error: { param, event_id: 'event-1' } });
    expect(provider.frames).toEqual([]);
  });

  it('configures a transcription in words of its own', async () => {
    const { connect, provider } = await rig({ name: 'azure-legacy', models: { dep: 'whisper-1' } });
    const dialled = provider.nextSocket();
    const socket = connect(`/openai/realtime?${version}&intent=transcription`);
    await socket.opened;
    const upstream = await dialled;
    const sent = provider.nextFrame();
    socket.send({
      type: 'transcription_session.update',
      session: {
        input_audio_format: 'pcm16',
        input_audio_transcription: { model: 'dep' },
        turn_detection: { type: 'server_vad' },
        input_audio_noise_reduction: { type: 'near_field' },
      },
    });
    const session = {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          transcription: { model: 'whisper-1' },
          turn_detection: { type: 'server_vad' },
          noise_reduction: { type: 'near_field' },
        },
      },
    };
    expect(JSON.parse(await sent)).toEqual({ type: 'session.update', session });
    upstream.send(JSON.stringify({ type: 'session.updated', session }));
    expect(await socket.next('transcription_session.updated')).toMatchObject({
      session: { input_audio_format: 'pcm16', input_audio_transcription: { model: 'whisper-1' } },
    });
  });
});
