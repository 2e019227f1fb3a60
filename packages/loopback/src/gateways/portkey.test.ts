import { describe, expect, it } from 'vitest';
import { refuseWith } from '../__fixtures__/provider.ts';
import type { ProviderBehaviour } from '../__fixtures__/provider.ts';
import { useRig } from '../__fixtures__/rig.ts';
import type { Rig } from '../__fixtures__/rig.ts';
import type { GatewaySettings } from './settings.ts';

const start = useRig();
const rig = (behaviour?: ProviderBehaviour, settings?: Partial<GatewaySettings>): Promise<Rig> =>
  start({ name: 'portkey', ...settings }, behaviour);
const named = { 'x-portkey-provider': 'openai' };
const fallback = '{"strategy":{"mode":"fallback"},"targets":[{"provider":"openai"}]}';

describe('Portkey', () => {
  it.each([
    ['no provider', '/v1/realtime?model=m', {}, 400],
    ['a provider that it does not know', '/v1/realtime?model=m', { 'x-portkey-provider': 'nobody' }, 400],
    ['its own key only', '/v1/realtime?model=m', { 'x-portkey-api-key': 'pk' }, 400],
    ['a config with targets', '/v1/realtime', { 'x-portkey-config': fallback }, 500],
    [
      'a config with targets and no strategy',
      '/v1/realtime',
      { 'x-portkey-config': '{"targets":[{"provider":"openai"}]}' },
      400,
    ],
    ['a Responses socket', '/v1/responses', named, 400],
    ['a trailing slash', '/v1/realtime/', named, 404],
  ])('answers %s with a status and nothing else', async (_what, path, headers, status) => {
    const { connect } = await rig();
    expect(await connect(path, { headers }).refused).toEqual({ status, body: '' });
  });

  it.each(['?model=gpt-realtime', '', '?intent=transcription', '?model=a%2Fb&foo=b%20ar&x=1&x=2'])(
    'hands the query %s on byte for byte',
    async (query) => {
      const { connect, provider } = await rig();
      await connect(`/v1/realtime${query}`, { headers: named }).opened;
      expect(provider.seen[0]?.target).toBe(`/v1/realtime${query}`);
    },
  );

  it('sends the client’s key up and hardly any other header', async () => {
    const { connect, provider } = await rig();
    const headers = {
      ...named,
      'openai-safety-identifier': 'u',
      'x-custom': '1',
      'x-portkey-openai-organization': 'org',
      'x-portkey-openai-project': 'proj',
    };
    await connect('/v1/realtime', { headers }).opened;
    expect(provider.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer key-of-the-test',
      'openai-organization': 'org',
      'openai-project': 'proj',
    });
    expect(Object.keys(provider.seen[0]?.headers ?? {})).not.toContain('x-custom');
    expect(Object.keys(provider.seen[0]?.headers ?? {})).not.toContain('openai-safety-identifier');
  });

  it('sends "Bearer undefined" up when there is no key, and a config’s key when it has one', async () => {
    const { connect, provider } = await rig();
    await connect('/v1/realtime', { token: null, headers: named }).opened;
    const config = JSON.stringify({ provider: 'azure-ai', api_key: 'of-the-config' });
    await connect('/v1/realtime', { token: null, headers: { 'x-portkey-config': config } }).opened;
    expect(provider.seen.map((one) => one.headers.authorization)).toEqual(['Bearer undefined', 'Bearer of-the-config']);
  });

  it('dials the wrong address for a provider without realtime', async () => {
    const { connect, provider } = await rig();
    await connect('/v1/realtime?model=m', { headers: { 'x-portkey-provider': 'groq' } }).opened;
    expect(provider.seen[0]?.target).toBe('/openai/v1');
  });

  it.each([
    ['refuses with 401', refuseWith(401)],
    ['resets', (socket: { destroy(): unknown }) => Boolean(socket.destroy())],
  ])('never answers the upgrade when the provider %s', async (_how, upgrade) => {
    const { connect, clock, provider, origin } = await rig({ upgrade });
    const socket = connect('/v1/realtime', { headers: named });
    let answered = false;
    socket.socket.on('upgrade', () => (answered = true));
    void socket.refused.then(() => (answered = true));
    while (provider.seen.length === 0) await clock.advance(1);
    // Whole exchanges through the same gateway: a refusal would have arrived by then.
    for (let turn = 0; turn < 3; turn += 1) await (await fetch(`${origin}/v1/models`, { headers: named })).text();
    await clock.advance(600_000);
    expect(answered).toBe(false);
    expect(socket.socket.readyState).toBe(socket.socket.CONNECTING);
  });

  it('hands a close with a code on exactly', async () => {
    const { connect, provider } = await rig();
    const upstream = provider.nextSocket();
    const socket = connect('/v1/realtime', { headers: named });
    (await upstream).close(4000, 'invalid_request_error.invalid_model');
    expect(await socket.closed).toEqual({ code: 4000, reason: 'invalid_request_error.invalid_model' });
  });

  it.each([
    ['closes without a code', (socket: { close(): void }) => socket.close()],
    ['is cut off', (socket: { terminate(): void }) => socket.terminate()],
  ])('keeps the socket open when the provider %s: pings are answered, frames are lost', async (_how, end) => {
    const { connect, provider } = await rig();
    const dialled = provider.nextSocket();
    const socket = connect('/v1/realtime', { headers: named });
    await socket.opened;
    const upstream = await dialled;
    const ended = new Promise((resolve) => upstream.once('close', resolve));
    end(upstream);
    await ended;
    socket.send({ type: 'session.update' });
    await socket.ping();
    await socket.ping();
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    expect(provider.frames).toEqual([]);
  });

  it('names the provider where it refuses a request', async () => {
    const error = { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' };
    const { origin } = await rig({
      http: (_request, response) => void response.writeHead(401).end(JSON.stringify({ error })),
    });
    const refused = await fetch(`${origin}/v1/chat/completions`, { method: 'POST', body: '{}', headers: named });
    expect([refused.status, await refused.json()]).toEqual([
      401,
      { error: { ...error, message: 'openai error: Incorrect API key provided.' }, provider: 'openai' },
    ]);
  });

  it('relays binary frames, and loses the first event if told so', async () => {
    const { connect, provider } = await rig({}, { loseFirstEvent: true });
    const dialled = provider.nextSocket();
    const socket = connect('/v1/realtime', { headers: named });
    const upstream = await dialled;
    upstream.send('{"type":"session.created"}');
    upstream.send('{"type":"session.updated"}');
    await socket.next('session.updated');
    expect(socket.frames).toHaveLength(1);
    const got = new Promise<boolean>((resolve) => upstream.once('message', (_data, isBinary) => resolve(isBinary)));
    socket.send(Buffer.from([1, 2]));
    expect(await got).toBe(true);
  });

  it('sends what it knows of a request for speech up, and nothing else', async () => {
    const { origin, provider } = await rig();
    const known = { model: 'm', input: 'Hello.', voice: 'alloy', response_format: 'pcm', speed: 1 };
    const body = JSON.stringify({ ...known, instructions: 'Whisper.', stream_format: 'sse' });
    const headers = { ...named, 'content-type': 'application/json' };
    await fetch(`${origin}/v1/audio/speech`, { method: 'POST', body, headers });
    expect(JSON.parse(provider.seen[0]!.body)).toEqual(known);
  });

  it('has no Responses for a provider of Azure', async () => {
    const { origin, provider } = await rig();
    const headers = { 'x-portkey-provider': 'azure-ai' };
    const refused = await fetch(`${origin}/v1/responses`, { method: 'POST', body: '{}', headers });
    const message = 'createModelResponse is not supported by azure-ai';
    expect([refused.status, await refused.json()]).toEqual([500, { status: 'failure', message }]);
    expect(provider.seen).toEqual([]);
  });

  it('wants a provider over HTTP too, and says so; only key, type and the named headers go up', async () => {
    const { origin, provider } = await rig();
    const refused = await fetch(`${origin}/v1/chat/completions`, { method: 'POST', body: '{}' });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { status: 'failure', message: 'Either x-portkey-config or x-portkey-provider header is required' },
    ]);
    const headers = { ...named, authorization: 'Bearer k', 'x-a': '1', 'x-b': '2', 'x-portkey-forward-headers': 'x-b' };
    await fetch(`${origin}/v1/chat/completions`, { method: 'POST', body: '{}', headers });
    expect(provider.seen[0]?.headers).toMatchObject({ authorization: 'Bearer k', 'x-b': '2' });
    expect(Object.keys(provider.seen[0]?.headers ?? {})).not.toContain('x-a');
  });
});
