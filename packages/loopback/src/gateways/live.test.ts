import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { useRig } from '../__fixtures__/rig.ts';
import { SdkLive } from '../__fixtures__/sdk-live.ts';
import type { Loopback, LoopbackOptions } from '../cloud.ts';
import { startLoopback } from '../server.ts';

const rig = useRig();

describe('LiveWS', () => {
  let certificate: TestCertificate;
  let cloud: Loopback;
  beforeAll(async () => {
    certificate = await createCertificate();
  });
  afterEach(() => cloud.close());

  it.each<{ gateway: LoopbackOptions['gateway']; model?: string }>([
    { gateway: 'litellm' },
    { gateway: 'litellm@1.110' },
    { gateway: { name: 'litellm', models: { 'my-live': 'gpt-live-1' } }, model: 'my-live' },
    { gateway: 'azure' },
    { gateway: { name: 'azure', models: { 'my-live': 'gpt-live-1' } }, model: 'my-live' },
    { gateway: 'bifrost', model: 'openai/gpt-live-1' },
    { gateway: 'vercel', model: 'openai/gpt-live-1' },
    { gateway: 'openai-compatible' },
  ])('holds a conversation through $gateway with $model', async ({ gateway, model = 'gpt-live-1' }) => {
    const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
    cloud = await startLoopback({ gateway, voice: 'plain', pace, tls: certificate.tls });
    const sdk = new SdkLive({ url: cloud.url, ca: certificate.ca });
    sdk.send({ type: 'session.start', session: { model, delegation: { type: 'client' } } });
    expect((await sdk.next('session.started')).session.model).toBe('gpt-live-1');
    await sdk.speak('knock knock');
    expect(await sdk.spoken()).toContain('knock knock');
    sdk.send({ type: 'session.close' });
    await sdk.next('session.closed');
    expect(cloud.requests.map((request) => request.path + request.query)).toEqual(['/v1/live/sessions']);
    sdk.close();
  });
});

const client = { delegation: { type: 'client' } };

describe('a Live session', () => {
  it('is refused by LiteLLM before 1.107, without a word', async () => {
    const { connect, provider } = await rig('litellm@1.105');
    expect(await connect('/v1/live/sessions').refused).toEqual({ status: 403, body: '' });
    expect(provider.seen).toEqual([]);
  });

  it.each([{ model: 'gpt-live-1' }, {}])('is ended by LiteLLM when nobody serves its model: %j', async (session) => {
    const { connect, provider } = await rig({ name: 'litellm', models: { 'my-live': 'gpt-live-1' } });
    const socket = connect('/v1/live/sessions');
    await socket.opened;
    socket.send({ type: 'session.start', session });
    expect(JSON.stringify(await socket.next('error'))).toContain('Invalid model name passed in model=');
    expect((await socket.closed).code).toBe(1011);
    expect(provider.seen).toEqual([]);
  });

  it('is ended by LiteLLM as its provider’s is, and by a binary frame', async () => {
    const { connect, provider } = await rig('litellm');
    const dialled = provider.nextSocket();
    const socket = connect('/v1/live/sessions');
    await socket.opened;
    socket.send({ type: 'session.start', session: { model: 'gpt-live-1' } });
    (await dialled).close(4001, 'why');
    expect(await socket.closed).toEqual({ code: 4001, reason: 'why' });
    const other = connect('/v1/live/sessions');
    await other.opened;
    other.send(Buffer.from([1]));
    expect((await other.closed).code).toBe(1006);
  });

  it('is relayed by Bifrost with the name of a provider before the model', async () => {
    const { connect } = await rig('bifrost');
    const socket = connect('/v1/live/sessions');
    await socket.opened;
    socket.send({ type: 'session.start', session: { model: 'gpt-live-1' } });
    expect(await socket.next('error')).toMatchObject({
      error: { message: 'failed to parse model string: gpt-live-1' },
    });
  });

  it('is relayed by Vercel without a backend, is not stored, and whatever a backend needs is refused', async () => {
    const { connect, provider } = await rig('vercel');
    const socket = connect('/v1/live/sessions');
    await socket.opened;
    const session = { ...client, model: 'openai/gpt-live-1', store: true };
    const sent = provider.nextFrame();
    socket.send({ type: 'session.start', session });
    expect(JSON.parse(await sent)).toEqual({
      type: 'session.start',
      session: { ...session, model: 'gpt-live-1', store: false },
    });
    for (const event of [
      { type: 'session.start', session: { ...session, delegation: { type: 'responses' } } },
      { type: 'response.create' },
    ]) {
      socket.send(event);
      expect(await socket.next('error')).toMatchObject({ error: { code: 'unsupported' } });
    }
    expect(provider.frames).toHaveLength(1);
  });

  it('names deployments at Azure, its own and its backend’s', async () => {
    const models = { 'my-live': 'gpt-live-1', 'my-backend': 'gpt-5-mini' };
    const { connect, provider } = await rig({ name: 'azure', models });
    const socket = connect('/openai/v1/live/sessions');
    await socket.opened;
    const start = (model: string, backend: string): Record<string, unknown> => ({
      type: 'session.start',
      session: { model, delegation: { type: 'responses', responses: { model: backend } } },
    });
    const sent = provider.nextFrame();
    socket.send(start('my-live', 'my-backend'));
    expect(JSON.parse(await sent)).toEqual(start('gpt-live-1', 'gpt-5-mini'));
    socket.send(start('my-live', 'gpt-5-mini'));
    expect(await socket.next('error')).toMatchObject({
      error: { code: 'DeploymentNotFound', param: 'session.delegation.responses.model' },
    });
  });
});
