import { describe, expect, it } from 'vitest';
import { refuseWith } from '../__fixtures__/provider.ts';
import type { ProviderBehaviour } from '../__fixtures__/provider.ts';
import { useRig } from '../__fixtures__/rig.ts';
import type { Rig } from '../__fixtures__/rig.ts';

const start = useRig();
const rig = (name: string, behaviour?: ProviderBehaviour): Promise<Rig> => start(name, behaviour, ['key-of-the-test']);
const aig = '/v1/account/gateway';

describe('Deepgram behind a gateway: a socket is routed', () => {
  it.each([
    ['litellm', '/deepgram/v1/listen?keyterm=a%20b&keyterm=c', '/v1/listen?keyterm=a+b&keyterm=c&model=nova-3'],
    ['litellm', '/deepgram/listen?model=nova-3-medical', '/v1/listen?model=nova-3-medical'],
    ['cloudflare', `${aig}/deepgram/v1/listen?model=nova-3&x=%20`, '/v1/listen?model=nova-3&x=%20'],
    ['cloudflare', `${aig}/deepgram/v2/speak?model=flux-alexis-en`, '/v2/speak?model=flux-alexis-en'],
    ['cloudflare', `${aig}/workers-ai?model=@cf/deepgram/nova-3&channels=1`, '/v1/listen?model=nova-3&channels=1'],
    ['cloudflare', `${aig}/workers-ai?model=@cf/deepgram/flux`, '/v2/listen?model=flux-general-en'],
  ])('%s: %s as %s', async (name, path, target) => {
    const { connect, provider } = await rig(name);
    const dialled = provider.nextSocket();
    const client = connect(path);
    await client.opened;
    const upstream = await dialled;
    expect(provider.seen.map((one) => one.target)).toEqual([target]);
    const bytes = new Promise((resolve) => upstream.once('message', (data, isBinary) => resolve([data, isBinary])));
    client.socket.send(Buffer.from([1, 2, 3]));
    expect(await bytes).toEqual([Buffer.from([1, 2, 3]), true]);
  });
});

describe('Deepgram behind a gateway: a socket is refused', () => {
  it.each([
    ['litellm', '/deepgram/v2/listen', 403],
    ['litellm', '/deepgram/v1/speak', 403],
    ['cloudflare', `${aig}/deepgram/v1/agent`, 404],
    ['cloudflare', `${aig}/workers-ai?model=@cf/openai/whisper`, 404],
  ])('%s: %s with %i', async (name, path, status) => {
    const { connect } = await rig(name);
    expect(await connect(path).refused).toMatchObject({ status });
  });

  it("litellm: Deepgram's own way to send a key", async () => {
    const { connect } = await rig('litellm');
    const headers = { authorization: 'Token key-of-the-test' };
    expect(await connect('/deepgram/v1/listen', { headers }).refused).toMatchObject({ status: 403 });
  });

  it.each([
    ['/deepgram/v1/listen?model=nova-2', /No streaming price/],
    ['/deepgram/v1/listen?callback=https://example.com', /callback/],
  ])('litellm: %s behind a 101', async (path, reason) => {
    const { connect } = await rig('litellm');
    expect(await connect(path).closed).toMatchObject({ code: 1008, reason: expect.stringMatching(reason) });
  });
});

describe('Deepgram behind LiteLLM: an end', () => {
  it.each<[string, ProviderBehaviour | undefined, number]>([
    ['a refusal is 1011', { upgrade: refuseWith(401) }, 1011],
    ['a cut is 1000', undefined, 1000],
  ])('%s', async (_what, behaviour, code) => {
    const { connect, provider } = await rig('litellm', behaviour);
    const dialled = provider.nextSocket();
    const client = connect('/deepgram/v1/listen');
    await client.opened;
    if (behaviour === undefined) (await dialled).terminate();
    expect(await client.closed).toMatchObject({ code });
  });
});
