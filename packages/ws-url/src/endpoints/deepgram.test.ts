import { describe, expect, it } from 'vitest';
import { deepgramEndpoints, gateways, PatchbayError, resolveConnection, type ConnectionOptions } from '../index.ts';

// Written out by hand, from vendors' pages and trials.

const context = { signal: new AbortController().signal, wallClock: () => 0 };

async function dial(
  name: keyof typeof deepgramEndpoints,
  options: ConnectionOptions,
  query?: Parameters<ReturnType<typeof resolveConnection>['request']>[0]['query'],
) {
  const connection = resolveConnection(deepgramEndpoints[name], { model: 'nova-3', ...options });
  return { connection, ...(await connection.request({ ...context, ...(query ? { query } : {}) })) };
}

describe('Deepgram', () => {
  it.each([
    ['transcription', 'wss://api.deepgram.com/v1/listen?model=nova-3'],
    ['turns', 'wss://api.deepgram.com/v2/listen?model=nova-3'],
    ['voice', 'wss://api.deepgram.com/v1/speak?model=nova-3'],
    ['turnVoice', 'wss://api.deepgram.com/v2/speak?model=nova-3'],
    ['transcriptions', 'https://api.deepgram.com/v1/listen?model=nova-3'],
    ['speech', 'https://api.deepgram.com/v1/speak?model=nova-3'],
  ] as const)('%s is at %s', async (name, url) => {
    const request = await dial(name, { apiKey: 'dg-key' });
    expect(request.url).toBe(url);
    expect(request.headers).toEqual({ Authorization: 'Token dg-key' });
  });

  it.each(['body', 'both'] as const)('has no body for the model: %s', (modelIn) => {
    expect(() => resolveConnection(deepgramEndpoints.transcription, { apiKey: 'k', modelIn })).toThrow(
      '`modelIn` must be left out: Deepgram takes the model in the URL only.',
    );
  });

  it.each([
    ['https://dg.example.com', 'wss://dg.example.com/v1/listen?model=nova-3'],
    ['https://dg.example.com/voice/', 'wss://dg.example.com/voice/v1/listen?model=nova-3'],
    ['wss://dg.example.com/voice/v1/listen?tenant=7', 'wss://dg.example.com/voice/v1/listen?tenant=7&model=nova-3'],
    ['https://dg.example.com/v1', 'wss://dg.example.com/v1/listen?model=nova-3'],
    ['https://dg.example.com/v2/listen', 'wss://dg.example.com/v1/listen?model=nova-3'],
  ])('hosted by yourself at %s keeps prefix and query', async (baseURL, url) => {
    expect((await dial('transcription', { apiKey: 'k', baseURL })).url).toBe(url);
  });

  it('is told what the options say in the query, unless the user said it there', async () => {
    const query = { keyterm: ['a b', 'c'], language: 'en', tier: undefined };
    const request = await dial('transcription', { apiKey: 'k', query: { language: 'de' } }, query);
    expect(request.url).toBe('wss://api.deepgram.com/v1/listen?model=nova-3&keyterm=a%20b&keyterm=c&language=de');
  });
});

describe('Deepgram behind a gateway', () => {
  it('LiteLLM relays /v1/listen, bytes too, with its own key', async () => {
    const gateway = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey: 'sk-litellm' });
    const request = await dial('transcription', { gateway });
    expect(request.url).toBe('wss://llm.example.com/deepgram/v1/listen?model=nova-3');
    expect(request.headers).toEqual({ Authorization: 'Bearer sk-litellm' });
    expect(request.connection.traits.textFramesOnly).toBe(false);
  });

  it.each(['turns', 'voice', 'turnVoice', 'speech'] as const)('and nothing else: %s', (name) => {
    const gateway = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey: 'sk-litellm' });
    expect(() => resolveConnection(deepgramEndpoints[name], { gateway, model: 'm' })).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
  });

  it.each([
    ['transcription', 'wss://gateway.ai.cloudflare.com/v1/acc/gw/deepgram/v1/listen?model=nova-3'],
    ['turns', 'wss://gateway.ai.cloudflare.com/v1/acc/gw/deepgram/v2/listen?model=nova-3'],
    ['voice', 'wss://gateway.ai.cloudflare.com/v1/acc/gw/deepgram/v1/speak?model=nova-3'],
    ['speech', 'https://gateway.ai.cloudflare.com/v1/acc/gw/deepgram/v1/speak?model=nova-3'],
  ] as const)('Cloudflare takes both keys: %s', async (name, url) => {
    const gateway = gateways.cloudflare({ account: 'acc', gateway: 'gw', apiKey: 'cf-key', providerKey: 'dg-key' });
    const request = await dial(name, { gateway });
    expect(request.url).toBe(url);
    expect(request.headers).toEqual({ 'cf-aig-authorization': 'Bearer cf-key', Authorization: 'Token dg-key' });
  });

  it('gateways that speak OpenAI alone are refused, and say what to do', () => {
    const gateway = gateways.portkey({ apiKey: 'pk', provider: '@openai' });
    const refuse = (): unknown => resolveConnection(deepgramEndpoints.transcription, { gateway, model: 'm' });
    expect(refuse).toThrow(PatchbayError);
    expect(refuse).toThrow(/Leave `gateway` and `baseURL` out for this class/);
  });
});
