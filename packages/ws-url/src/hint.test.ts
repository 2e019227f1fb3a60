import { describe, expect, it } from 'vitest';
import { deepgramEndpoints, gateways, openaiEndpoints, resolveConnection } from './index.ts';

describe('explanations', () => {
  const litellm = { gateway: gateways.litellm({ baseURL: 'https://gw.test', apiKey: 'sk-1234' }), model: 'm' };

  it('say that LiteLLM refused a conversation because the URL names no model', () => {
    const connection = resolveConnection(openaiEndpoints.conversation, { ...litellm, modelIn: 'body' });
    expect(connection.hint({ status: 403, text: '' })).toMatch(/its URL names no model.*Set `modelIn: 'url'`/);
  });

  it('say that the same silence may also be the key', () => {
    const connection = resolveConnection(openaiEndpoints.conversation, litellm);
    expect(connection.hint({ status: 403, text: '' })).toMatch(/wrong or missing key and for a model/);
  });

  it.each([
    { closeCode: 4000, text: 'invalid_request_error.invalid_model' },
    { text: 'Model "gpt-4o-mini-transcribe" is not supported in transcription mode.' },
  ])('say that a transcription must not name its model in the URL: %j', (refusal) => {
    const through = resolveConnection(openaiEndpoints.transcription, { ...litellm, modelIn: 'url' });
    expect(through.hint(refusal)).toMatch(/LiteLLM hands the model.*Set `modelIn: 'body'`/);
    const direct = resolveConnection(openaiEndpoints.transcription, { apiKey: 'k', model: 'm', modelIn: 'url' });
    expect(direct.hint(refusal)).toMatch(/opens a conversation instead.*Set `modelIn: 'body'`/);
    const right = resolveConnection(openaiEndpoints.transcription, litellm);
    expect(right.hint(refusal)).toBeUndefined();
  });

  it('say of a dial that nobody answered that Portkey hides a provider that refuses', () => {
    const gateway = gateways.portkey({ baseURL: 'https://gw.test', provider: 'openai', providerKey: 'k' });
    const portkey = resolveConnection(openaiEndpoints.transcription, { gateway });
    expect(portkey.hint({ timeout: 'connect-timeout' })).toMatch(
      /refuses it or cannot be reached.*Check the provider's key/,
    );
    expect(portkey.hint({ timeout: 'inactivity-timeout' })).toMatch(/when the provider has gone/);
    expect(portkey.hint({ timeout: 'pong-timeout' })).toBeUndefined();
    expect(
      resolveConnection(openaiEndpoints.transcription, litellm).hint({ timeout: 'connect-timeout' }),
    ).toBeUndefined();
  });

  it.each([{ status: 401 }, { closeCode: 3000 }, { text: 'Incorrect API key provided: sk-…' }])(
    'say behind Portkey whose key was refused: %j',
    (refusal) => {
      const gateway = gateways.portkey({ baseURL: 'https://gw.test', provider: 'openai', providerKey: 'k' });
      const connection = resolveConnection(openaiEndpoints.conversation, { gateway, model: 'm' });
      expect(connection.hint(refusal)).toMatch(/The provider refused the key.*Check `providerKey`/);
    },
  );

  it('name the line that the config of LiteLLM lacks', () => {
    const text = "400: {'error': '_arealtime: Invalid model name passed in model=gpt-realtime-whisper.'}";
    const connection = resolveConnection(openaiEndpoints.transcription, litellm);
    expect(connection.hint({ closeCode: 1011, text })).toMatch(
      /Add `- model_name: gpt-realtime-whisper`.*`model_list`/,
    );
  });

  it.each([
    [
      'transcription',
      'Upstream realtime handshake rejected with HTTP 401',
      /key of LiteLLM’s own, not yours.*`api_key`/,
    ],
    ['responses', 'Upstream realtime handshake rejected with HTTP 403', /key of LiteLLM’s own, not yours.*`api_key`/],
    ['chat', 'litellm.AuthenticationError: Incorrect API key provided.', /key of LiteLLM’s own, not yours/],
    ['transcription', 'Upstream connection rejected', /`OPENAI_API_KEY`/],
    ['transcription', 'OpenAI websocket passthrough is disabled', /`enable_openai_websocket_passthrough: true`/],
  ] as const)('of LiteLLM tell its keys and settings from the user’s: %s, %s', (capability, text, say) => {
    expect(resolveConnection(openaiEndpoints[capability], litellm).hint({ text })).toMatch(say);
  });

  it('leave alone what is a refusal for a moment', () => {
    const connection = resolveConnection(openaiEndpoints.responses, litellm);
    expect(connection.hint({ text: 'Upstream realtime handshake rejected with HTTP 429' })).toBeUndefined();
  });

  it('of OpenAI’s codes are not given for Deepgram', () => {
    const connection = resolveConnection(deepgramEndpoints.transcription, litellm);
    expect(connection.hint({ closeCode: 4000, text: 'why' })).toBeUndefined();
  });

  it.each([
    ['live', /GPT-Live from 1\.107\.0 on/],
    ['translation', /realtime translation from 1\.110\.0 on/],
  ] as const)('name the release of LiteLLM that brought %s', (capability, text) => {
    const connection = resolveConnection(openaiEndpoints[capability], litellm);
    expect(connection.hint({ status: 403, text: '' })).toMatch(text);
  });

  it('name the key behind the complaint of a LiteLLM that has no database', () => {
    const connection = resolveConnection(openaiEndpoints.chat, litellm);
    expect(connection.hint({ status: 400, text: 'No connected db.' })).toMatch(/`master_key`.*`apiKey`/);
  });

  it('name another model where Azure wants tokens that nobody hands out', () => {
    const gateway = gateways.azure({ resource: 'contoso', apiKey: 'key-1' });
    const connection = resolveConnection(openaiEndpoints.transcription, { gateway, model: 'gpt-live-transcribe' });
    expect(connection.hint({ text: 'This operation requires ephemeral authentication.' })).toMatch(
      /`model`.*gpt-4o-transcribe/,
    );
  });

  it.each([
    { status: 426, text: 'Upgrade Required' },
    { status: 403, text: '' },
    { status: 400, text: "websocket: the client is not using the websocket protocol: 'upgrade' token not found" },
  ])('name the hop that takes upgrades for requests: %j', (refusal) => {
    const baseURL = 'https://gw.test/v1';
    const connection = resolveConnection(openaiEndpoints.conversation, { baseURL, apiKey: 'k', model: 'm' });
    expect(connection.hint(refusal)).toMatch(/`proxy_http_version 1\.1`.*`upgrade_configs`/);
    const request = resolveConnection(openaiEndpoints.chat, { baseURL, apiKey: 'k', model: 'm' });
    expect(request.hint(refusal)).toBeUndefined();
  });

  it('leave open whether a 403 without a word is about the upgrade, the key or the model', () => {
    const connection = resolveConnection(openaiEndpoints.conversation, { baseURL: 'https://gw.test/v1', model: 'm' });
    expect(connection.hint({ status: 403, text: '' })).toMatch(
      /two usual causes.*`upgrade_configs`.*this key or this model/,
    );
    expect(connection.hint({ status: 426 })).not.toMatch(/key/);
  });

  it('count a model that the user wrote into the URL', () => {
    const baseURL = 'https://gw.test/v1?model=mine';
    const connection = resolveConnection(openaiEndpoints.transcription, { baseURL, model: 'm' });
    expect(connection.hint({ closeCode: 4000 })).toMatch(/take `model` out of the base URL/);
  });

  it('survive the scrubbing of their messages', () => {
    const connection = resolveConnection(openaiEndpoints.conversation, litellm);
    const hints = [...(connection.row.hints ?? []), ...(connection.endpoint.hints ?? [])].map(({ say }) => say);
    expect(hints.map((say) => connection.scrub(say))).toEqual(hints);
  });
});
