import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { connectRaw } from '../__fixtures__/raw-socket.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import { sdks } from '../__fixtures__/sdks.ts';
import OpenAI from 'openai-7';
import type { Loopback, LoopbackOptions } from '../cloud.ts';
import { startLoopback } from '../server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await createCertificate();
});

async function cloudBehind(gateway: LoopbackOptions['gateway'], options: LoopbackOptions = {}): Promise<Loopback> {
  const cloud = await startLoopback({
    gateway,
    voice: 'plain',
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    keys: ['sk-test', 'a.signed.token'],
    ...options,
  });
  open.push(cloud);
  return cloud;
}

interface Way {
  gateway: string;
  /** In front of a model's name. */
  prefix?: string;
  headers?: Record<string, string>;
  key?: string;
  query?: Record<string, string>;
  speech?: boolean;
  responses?: boolean;
}

const ways: Way[] = [
  { gateway: 'litellm', speech: true, responses: true },
  { gateway: 'litellm@1.105', speech: true, responses: true },
  { gateway: 'portkey', headers: { 'x-portkey-provider': 'openai' }, speech: true, responses: true },
  { gateway: 'helicone', speech: true, responses: true },
  { gateway: 'cloudflare', speech: true, responses: true },
  { gateway: 'bifrost', prefix: 'openai/', responses: true },
  { gateway: 'azure', speech: true, responses: true },
  { gateway: 'vercel', prefix: 'openai/', responses: true },
  { gateway: 'livekit-inference', key: 'a.signed.token', prefix: 'openai/' },
  { gateway: 'localai', speech: true, responses: true },
  { gateway: 'speaches', speech: true },
  { gateway: 'vllm', responses: true },
  { gateway: 'agentgateway', speech: true, responses: true },
  { gateway: 'openai-compatible', speech: true, responses: true },
];

describe.each(sdks)('$name over HTTP', ({ OpenAI }) => {
  it.each(ways)(
    'holds a conversation through $gateway',
    async ({ gateway, prefix = '', headers, key, speech, responses }) => {
      const cloud = await cloudBehind(gateway);
      const client = new OpenAI({
        apiKey: key ?? 'sk-test',
        baseURL: cloud.url,
        defaultHeaders: headers,
        maxRetries: 0,
      });
      const model = `${prefix}gpt-5-mini`;
      const stream = await client.chat.completions.create({
        model,
        messages: [{ role: 'user', content: 'one two' }],
        stream: true,
      });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      expect(text).toBe('You said: one two');
      if (responses) {
        const first = await client.responses.create({ model, input: 'first' });
        const second = client.responses.stream({ model, input: 'second', previous_response_id: first.id });
        expect((await second.finalResponse()).output_text).toBe('You said: second');
      }
      if (speech) {
        const wav = await client.audio.speech.create({
          model: 'tts-1',
          voice: 'alloy',
          input: 'There and back.',
          response_format: 'wav',
        });
        const file = new File([Buffer.from(await wav.arrayBuffer())], 'a.wav');
        expect((await client.audio.transcriptions.create({ model: 'whisper-1', file })).text).toBe('There and back.');
      }
      expect(cloud.requests.length).toBe(cloud.arrivals.length);
    },
  );
});

describe('OpenAIRealtimeWS', () => {
  it.each([
    { gateway: 'litellm' },
    { gateway: 'litellm@1.105' },
    { gateway: 'portkey', headers: { 'x-portkey-provider': 'openai' } },
    { gateway: 'helicone' },
    { gateway: 'bifrost', model: 'openai/gpt-realtime' },
    { gateway: 'azure' },
    { gateway: 'localai' },
    { gateway: 'speaches' },
    { gateway: 'agentgateway' },
    { gateway: 'openai-compatible' },
  ])('holds a conversation through $gateway', async ({ gateway, headers, model = 'gpt-realtime' }) => {
    const cloud = await cloudBehind(gateway, { tls: certificate.tls });
    const sdk = connectSdk({ url: cloud.url, ca: certificate.ca, apiKey: 'sk-test', headers }, { model });
    await sdk.next('session.created');
    sdk.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    await sdk.next('session.updated');
    const content = [{ type: 'input_text' as const, text: 'knock knock' }];
    sdk.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    sdk.send({ type: 'response.create' });
    const { response } = await sdk.next('response.done');
    expect(JSON.stringify(response.output)).toContain('You said: knock knock');
    expect(cloud.requests.map((request) => request.path + request.query)).toEqual(['/v1/realtime?model=gpt-realtime']);
    await sdk.close();
  });

  it.each([
    { gateway: 'litellm' },
    { gateway: 'portkey', headers: { 'x-portkey-provider': 'openai' } },
    { gateway: 'helicone' },
    { gateway: 'bifrost' },
    { gateway: 'azure' },
    { gateway: 'agentgateway' },
    { gateway: 'openai-compatible' },
  ])('opens a transcription through $gateway', async ({ gateway, headers }) => {
    const cloud = await cloudBehind(gateway, { tls: certificate.tls });
    const sdk = connectSdk(
      { url: cloud.url, ca: certificate.ca, apiKey: 'sk-test', headers },
      { intent: 'transcription' },
    );
    await sdk.next('session.created');
    sdk.send({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { transcription: { model: 'gpt-4o-transcribe' } } } },
    });
    expect((await sdk.next('session.updated')).session.type).toBe('transcription');
    expect(cloud.requests[0]?.query).toBe('?intent=transcription');
    await sdk.close();
  });
});

describe('a gateway before another cloud', () => {
  it('leads there, and meets what goes wrong there', async () => {
    const provider = await startLoopback({ voice: 'plain', mind: 'echo', faults: [] });
    open.push(provider);
    const cloud = await cloudBehind({ name: 'litellm', upstream: provider.origin });
    const client = new OpenAI({ apiKey: 'sk-test', baseURL: cloud.url, maxRetries: 0 });
    const ask = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'one two' }] };
    expect((await client.chat.completions.create(ask)).choices[0]?.message.content).toBe('one two');
    provider.faults.inject('refuse:429');
    await expect(client.chat.completions.create(ask)).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining('litellm.RateLimitError'),
    });
    expect(cloud.requests).toEqual([]);
  });
});

describe('a model beside intent=transcription', () => {
  const update = { type: 'session.update', session: { type: 'transcription', audio: { input: {} } } };

  it.each([
    { gateway: 'litellm', base: '/v1/realtime', errors: 2 },
    { gateway: 'portkey', base: '/v1/realtime', headers: { 'x-portkey-provider': 'openai' }, errors: 1 },
    { gateway: 'agentgateway', base: '/v1/realtime', errors: 1 },
    { gateway: 'openai-compatible', base: '/v1/realtime', errors: 1 },
  ])('is fatal through $gateway: invalid_model and 4000', async ({ gateway, base, headers, errors }) => {
    const cloud = await cloudBehind(gateway);
    const url = `${cloud.origin}${base}?model=gpt-4o-transcribe&intent=transcription`;
    const socket = connectRaw(url, { token: 'sk-test', headers });
    await socket.opened;
    socket.send(update);
    expect((await socket.closed).code).toBe(4000);
    const told = socket.frames.filter((frame) => frame.type === 'error');
    expect(told).toHaveLength(errors);
    expect(told[0]).toMatchObject({ error: { code: 'invalid_model' } });
  });

  it('works through Speaches and LocalAI, which want it', async () => {
    for (const gateway of ['speaches', 'localai']) {
      const cloud = await cloudBehind(gateway);
      const url = `${cloud.url}/realtime?model=gpt-4o-transcribe&intent=transcription`;
      const socket = connectRaw(url, { token: 'sk-test' });
      await socket.next('session.created');
      socket.send(update);
      expect(await socket.next('session.updated')).toMatchObject({
        session: { audio: { input: { transcription: { model: 'gpt-4o-transcribe' } } } },
      });
      socket.socket.close();
    }
  });
});
