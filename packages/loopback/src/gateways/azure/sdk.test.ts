import { AzureOpenAI as AzureOpenAI6 } from 'openai';
import { OpenAIRealtimeWS as PreviewRealtimeWS } from 'openai/beta/realtime/ws';
import type { RealtimeServerEvent as PreviewEvent } from 'openai/resources/beta/realtime/realtime';
import { AzureOpenAI as AzureOpenAI7, OpenAI } from 'openai-7';
import { OpenAIRealtimeWS } from 'openai-7/realtime/ws';
import { ResponsesWS } from 'openai-7/resources/responses/ws';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCertificate } from '../../__fixtures__/certificate.ts';
import type { TestCertificate } from '../../__fixtures__/certificate.ts';
import { Inbox } from '../../__fixtures__/inbox.ts';
import { ManualClock } from '../../__fixtures__/manual-clock.ts';
import type { Loopback, LoopbackOptions } from '../../cloud.ts';
import { startLoopback } from '../../server.ts';

let certificate: TestCertificate;
let cloud: Loopback | undefined;
beforeAll(async () => {
  certificate = await createCertificate();
});
afterEach(() => cloud?.close());

/** What was deployed: no name of a model is one of a deployment. */
const models = {
  'my-chat': 'gpt-5-mini',
  'my-tts': 'tts-1',
  'my-stt': 'whisper-1',
  'my-realtime': 'gpt-realtime',
};
const apiVersion = '2025-04-01-preview';
const hour = 3_600_000;

/** Tokens that live an hour of the cloud's clock, and whoever hands them out. */
class Directory {
  readonly clock = new ManualClock();
  readonly tokens: Record<string, number> = {};
  issued = 0;

  readonly provider = (): Promise<string> => {
    const token = `token-${++this.issued}`;
    this.tokens[token] = this.clock.wallClock() + hour;
    return Promise.resolve(token);
  };
}

async function start(
  name: string,
  { clock, tokens }: Pick<Directory, 'clock' | 'tokens'>,
  options: LoopbackOptions = {},
): Promise<Loopback> {
  cloud = await startLoopback({
    gateway: { name, models, tokens },
    keys: ['azure-key'],
    voice: 'plain',
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    clock,
    ...options,
  });
  return cloud;
}

/** Every HTTP endpoint a voice agent asks. */
async function visit(client: OpenAI): Promise<void> {
  const stream = await client.chat.completions.create({
    model: 'my-chat',
    messages: [{ role: 'user', content: 'one two' }],
    stream: true,
  });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  expect(text).toBe('You said: one two');
  const first = await client.responses.create({ model: 'my-chat', input: 'first' });
  const second = client.responses.stream({ model: 'my-chat', input: 'second', previous_response_id: first.id });
  expect((await second.finalResponse()).output_text).toBe('You said: second');
  const wav = await client.audio.speech.create({
    model: 'my-tts',
    voice: 'alloy',
    input: 'There and back.',
    response_format: 'wav',
  });
  const file = new File([Buffer.from(await wav.arrayBuffer())], 'a.wav');
  expect((await client.audio.transcriptions.create({ model: 'my-stt', file })).text).toBe('There and back.');
  expect((await client.models.list()).data.length).toBeGreaterThan(0);
}

describe('the v1 API, by OpenAI of openai 7', () => {
  it('with a key, as a bearer or in its own header', async () => {
    const { url } = await start('azure', new Directory());
    await visit(new OpenAI({ apiKey: 'azure-key', baseURL: url, maxRetries: 0 }));
    const defaultHeaders = { 'api-key': 'azure-key', Authorization: null };
    await visit(new OpenAI({ apiKey: 'unused', baseURL: url, defaultHeaders, maxRetries: 0 }));
  });

  it('with a provider of tokens, whose old ones are refused in the words of Azure', async () => {
    const directory = new Directory();
    const { url } = await start('azure', directory);
    const client = new OpenAI({ apiKey: directory.provider, baseURL: url, maxRetries: 0 });
    await visit(client);
    const stale = new OpenAI({ apiKey: 'token-1', baseURL: url, maxRetries: 0 });
    await stale.models.list();
    await directory.clock.advance(hour);
    await expect(stale.models.list()).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining('Access token is missing, invalid') as string,
    });
    await client.models.list();
  });

  it('names no model where a deployment is wanted', async () => {
    const { url } = await start('azure', new Directory());
    const client = new OpenAI({ apiKey: 'azure-key', baseURL: url, maxRetries: 0 });
    await expect(client.responses.create({ model: 'gpt-5-mini', input: 'hi' })).rejects.toMatchObject({
      status: 404,
      code: 'DeploymentNotFound',
    });
  });
});

describe.each([
  ['6', AzureOpenAI6 as unknown as typeof AzureOpenAI7],
  ['7', AzureOpenAI7],
])('dated versions, by AzureOpenAI of openai %s', (_version, AzureOpenAI) => {
  it('with a key', async () => {
    const { origin } = await start('azure-legacy', new Directory());
    await visit(new AzureOpenAI({ apiKey: 'azure-key', endpoint: origin, apiVersion, maxRetries: 0 }));
    expect(cloud!.arrivals.map(({ path }) => path)).toEqual([
      '/openai/deployments/my-chat/chat/completions',
      '/openai/responses',
      '/openai/responses',
      '/openai/deployments/my-tts/audio/speech',
      '/openai/deployments/my-stt/audio/transcriptions',
      '/openai/models',
    ]);
  });

  it('with a provider of tokens, after each has expired', async () => {
    const directory = new Directory();
    const { origin } = await start('azure-legacy', directory);
    const azureADTokenProvider = directory.provider;
    const client = new AzureOpenAI({ azureADTokenProvider, endpoint: origin, apiVersion, maxRetries: 0 });
    await visit(client);
    await directory.clock.advance(hour);
    await visit(client);
    expect(directory.issued).toBe(12);
  });
});

/** What the SDK of either version offers of a realtime socket. */
interface SdkSocket {
  on(name: 'event', listener: (event: { type: string }) => void): unknown;
  socket: { on(name: 'close', listener: () => void): unknown };
  close(): void;
}

function read(socket: SdkSocket): Inbox {
  const inbox = new Inbox();
  socket.on('event', (event) => inbox.add(event as never));
  socket.socket.on('close', () => inbox.end('closed'));
  return inbox;
}

const ways: [string, (origin: string, { provider }: Directory) => AzureOpenAI7][] = [
  ['a key', (endpoint) => new AzureOpenAI7({ apiKey: 'azure-key', endpoint, apiVersion })],
  [
    'a provider of tokens',
    (endpoint, { provider }) => new AzureOpenAI7({ azureADTokenProvider: provider, endpoint, apiVersion }),
  ],
];

describe.each(ways)('OpenAIRealtimeWS.azure of openai 7 with %s', (_way, clientOf) => {
  it('holds a conversation with a deployment', async () => {
    const directory = new Directory();
    const { origin } = await start('azure', directory, { tls: certificate.tls });
    const sdk = await OpenAIRealtimeWS.azure(clientOf(origin, directory), {
      deploymentName: 'my-realtime',
      options: { ca: certificate.ca },
    });
    const inbox = read(sdk);
    await inbox.next('session.created');
    sdk.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
    await inbox.next('session.updated');
    const content = [{ type: 'input_text' as const, text: 'knock knock' }];
    sdk.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    sdk.send({ type: 'response.create' });
    expect(JSON.stringify((await inbox.next('response.done')).response.output)).toContain('You said: knock knock');
    expect(cloud!.requests.map(({ path, query }) => path + query)).toEqual(['/v1/realtime?model=gpt-realtime']);
    sdk.close();
  });

  it('opens a transcription by a deployment', async () => {
    const directory = new Directory();
    const { origin } = await start('azure', directory, { tls: certificate.tls });
    const sdk = await OpenAIRealtimeWS.azure(clientOf(origin, directory), {
      intent: 'transcription',
      options: { ca: certificate.ca },
    });
    const inbox = read(sdk);
    await inbox.next('session.created');
    const transcription = { model: 'my-stt' };
    sdk.send({ type: 'session.update', session: { type: 'transcription', audio: { input: { transcription } } } });
    const { session } = await inbox.next('session.updated');
    expect(session).toMatchObject({ audio: { input: { transcription: { model: 'whisper-1' } } } });
    sdk.close();
  });
});

describe('ResponsesWS of openai 7', () => {
  it.each(['a key', 'a token'])('answers with %s as the bearer', async (what) => {
    const directory = new Directory();
    const { url } = await start('azure', directory, { tls: certificate.tls });
    const apiKey = what === 'a key' ? 'azure-key' : await directory.provider();
    const socket = new ResponsesWS(new OpenAI({ apiKey, baseURL: url }), { ca: certificate.ca });
    const output = new Promise<string>((resolve, reject) => {
      socket.on('response.output_text.done', ({ text }) => resolve(text));
      socket.on('error', reject);
    });
    socket.send({ type: 'response.create', model: 'my-chat', input: 'knock knock' });
    expect(await output).toBe('You said: knock knock');
    socket.close();
  });
});

describe.each(['a key', 'a provider of tokens'])(
  'the preview, by OpenAIRealtimeWS.azure of openai 6 with %s',
  (way) => {
    it('holds a conversation in the old words, spoken and written', async () => {
      const directory = new Directory();
      const { origin } = await start('azure-legacy', directory, { tls: certificate.tls });
      const access = way === 'a key' ? { apiKey: 'azure-key' } : { azureADTokenProvider: directory.provider };
      const client = new AzureOpenAI6({ ...access, endpoint: origin, apiVersion, deployment: 'my-realtime' });
      const sdk = await PreviewRealtimeWS.azure(client, { options: { ca: certificate.ca } });
      const events: PreviewEvent[] = [];
      const waiting = new Set<() => void>();
      sdk.on('event', (event) => {
        events.push(event);
        for (const check of waiting) check();
      });
      const next = <T extends PreviewEvent['type']>(type: T): Promise<Extract<PreviewEvent, { type: T }>> =>
        new Promise((resolve) => {
          const check = (): void => {
            const at = events.findIndex((event) => event.type === type);
            if (at < 0) return;
            waiting.delete(check);
            resolve(events.splice(at, 1)[0] as Extract<PreviewEvent, { type: T }>);
          };
          waiting.add(check);
          check();
        });

      expect((await next('session.created')).session).toMatchObject({
        modalities: ['text', 'audio'],
        output_audio_format: 'pcm16',
      });
      sdk.send({
        type: 'session.update',
        session: { modalities: ['text'], input_audio_format: 'pcm16', turn_detection: { type: 'semantic_vad' } },
      });
      expect((await next('session.updated')).session).toMatchObject({
        modalities: ['text'],
        turn_detection: { type: 'semantic_vad' },
      });
      const say = (text: string): void =>
        sdk.send({
          type: 'conversation.item.create',
          item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
        });
      say('knock knock');
      await next('conversation.item.created');
      sdk.send({ type: 'response.create', response: { metadata: { turn: '1' } } });
      expect((await next('response.text.done')).text).toBe('You said: knock knock');
      const written = (await next('response.done')).response;
      expect(written).toMatchObject({ modalities: ['text'], metadata: { turn: '1' } });
      expect(written.output?.[0]?.content).toEqual([{ type: 'text', text: 'You said: knock knock' }]);
      sdk.send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'I know.' }] },
      });
      say('again');
      sdk.send({ type: 'response.create', response: { modalities: ['text', 'audio'], voice: 'ash' } });
      await next('response.audio.delta');
      expect((await next('response.audio_transcript.done')).transcript).toBe('You said: again');
      expect((await next('response.done')).response.output?.[0]?.content?.[0]).toMatchObject({ type: 'audio' });
      sdk.close();
    });
  },
);
