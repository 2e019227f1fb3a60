import { describe, expect, it } from 'vitest';
import { gateways, PatchbayError, resolveConnection, sonioxEndpoints, type ConnectionOptions } from '../index.ts';

// Written out by hand, from Soniox's pages.

const context = { signal: new AbortController().signal, wallClock: () => 0 };
const names = ['transcription', 'voice'] as const;

async function dial(name: keyof typeof sonioxEndpoints, options: ConnectionOptions) {
  const connection = resolveConnection(sonioxEndpoints[name], { model: 'stt-rt-v4', ...options });
  return { connection, ...(await connection.request(context)) };
}

describe('Soniox', () => {
  it.each([
    ['transcription', 'wss://stt-rt.soniox.com/transcribe-websocket'],
    ['voice', 'wss://tts-rt.soniox.com/tts-websocket'],
  ] as const)('%s is at %s, with the key in a header and the model in no URL', async (name, url) => {
    const request = await dial(name, { apiKey: 'snx-key' });
    expect(request.url).toBe(url);
    expect(request.headers).toEqual({ Authorization: 'Bearer snx-key' });
    expect(request.protocols).toEqual([]);
  });

  it.each([
    ['https://stt-rt.eu.soniox.com', 'wss://stt-rt.eu.soniox.com/transcribe-websocket'],
    ['wss://stt-rt.jp.soniox.com/transcribe-websocket', 'wss://stt-rt.jp.soniox.com/transcribe-websocket'],
    ['https://voice.example.com/soniox/', 'wss://voice.example.com/soniox/transcribe-websocket'],
    ['wss://voice.example.com/soniox/tts-websocket', 'wss://voice.example.com/soniox/transcribe-websocket'],
    ['http://localhost:8080?tenant=7', 'ws://localhost:8080/transcribe-websocket?tenant=7'],
  ])('at %s keeps prefix and query', async (baseURL, url) => {
    const request = await dial('transcription', { apiKey: 'k', baseURL });
    expect(request.url).toBe(url);
    expect(request.headers).toEqual({ Authorization: 'Bearer k' });
  });

  it('lives for five hours on a socket that listens', () => {
    const { traits } = resolveConnection(sonioxEndpoints.transcription, { apiKey: 'k' });
    expect(traits.sessionMs).toBe(18_000_000);
  });

  it.each([
    [401, 'Invalid API key.', /SONIOX_API_KEY/],
    [400, 'Invalid model specified.', /no such `model`/],
    [402, 'Organization balance exhausted.', /add funds/],
    [403, 'The maximum session duration of the temporary API key was reached.', /a function/],
  ])('explains a refusal: %i', (status, text, explanation) => {
    for (const name of names) {
      expect(resolveConnection(sonioxEndpoints[name], { apiKey: 'k' }).hint({ status, text })).toMatch(explanation);
    }
  });

  it.each(names)('is fronted by no gateway that we know: %s says so, and what to do', (name) => {
    const gateway = gateways.litellm({ baseURL: 'https://llm.example.com', apiKey: 'sk-litellm' });
    const refuse = (): unknown => resolveConnection(sonioxEndpoints[name], { gateway, model: 'm' });
    expect(refuse).toThrow(PatchbayError);
    expect(refuse).toThrow(/Leave `gateway` and `baseURL` out for this class/);
  });

  it('is reached through a gateway that a row describes', async () => {
    const source = 'https://gateway.example.com/docs';
    const house = gateways.custom({
      ...{ name: 'house', title: 'The house gateway', routes: {}, providerKey: 'required' },
      auth: { header: 'x-gateway-key' },
      providers: { soniox: { transcription: { root: '/soniox', model: 'none', source } } },
    });
    const gateway = house({ baseURL: 'https://gw.example.com', apiKey: 'gw-key', providerKey: 'snx-key' });
    const request = await dial('transcription', { gateway });
    expect(request.url).toBe('wss://gw.example.com/soniox/transcribe-websocket');
    expect(request.headers).toEqual({ 'x-gateway-key': 'gw-key', Authorization: 'Bearer snx-key' });
  });
});
