import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startInFront, startProvider } from '../../__fixtures__/provider.ts';
import type { Provider, ProviderBehaviour } from '../../__fixtures__/provider.ts';
import type { JsonObject } from '../../http/json.ts';
import type { GatewaySettings } from '../settings.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

type Post = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;

async function rig(
  http: ProviderBehaviour['http'] = undefined,
  settings: Partial<GatewaySettings> = {},
): Promise<{ provider: Provider; post: Post; origin: string }> {
  const provider = await startProvider({ http });
  const front = await startInFront(provider, { name: 'litellm', ...settings }, { keys: ['sk-test'] });
  open.push(provider, front);
  const post: Post = (path, body, headers = { authorization: 'Bearer sk-test' }) =>
    fetch(front.origin + path, {
      method: 'POST',
      headers: { ...headers, ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }) },
      body: body instanceof FormData ? body : JSON.stringify(body),
    });
  return { provider, post, origin: front.origin };
}

const unknownModel =
  'Invalid model name passed in model=nope. Call `/v1/models` to view available models for your key.';
const models = { fast: 'gpt-5-mini', voice: 'gpt-4o-mini-tts', ear: 'gpt-4o-transcribe' };
const json = async (response: Response): Promise<JsonObject> => (await response.json()) as JsonObject;

describe('LiteLLM over HTTP', () => {
  it('wants a key: 500 in plain text without, 400 for a wrong one, none for its health', async () => {
    const { post, origin } = await rig();
    const missing = await post('/v1/chat/completions', {}, {});
    expect([missing.status, await missing.text()]).toEqual([500, 'Internal Server Error']);
    const wrong = await post('/v1/chat/completions', {}, { authorization: 'Bearer sk-wrong' });
    expect(wrong.status).toBe(400);
    expect(await json(wrong)).toMatchObject({ error: { message: 'No connected db.', code: '400' } });
    expect((await fetch(`${origin}/health/readiness`)).status).toBe(200);
  });

  it('sends the provider’s name of a model up and the alias down', async () => {
    const answer = { id: 'chatcmpl-1', model: 'gpt-5-mini', choices: [] };
    const { post, provider } = await rig((_request, response) => response.end(JSON.stringify(answer)), { models });
    const reply = await post('/chat/completions', { model: 'fast', messages: [] });
    expect(await json(reply)).toMatchObject({ model: 'fast' });
    expect(provider.seen[0]).toMatchObject({
      target: '/v1/chat/completions',
      headers: { authorization: 'Bearer key-of-the-gateway' },
      body: JSON.stringify({ model: 'gpt-5-mini', messages: [] }),
    });
  });

  it.each(['/v1/chat/completions', '/v1/responses'])('does not know a model at %s', async (path) => {
    const { post } = await rig(undefined, { models });
    const reply = await post(path, { model: 'nope' });
    expect(reply.status).toBe(400);
    expect(await json(reply)).toMatchObject({ error: { code: '400', message: expect.stringContaining('model=nope') } });
  });

  it.each([
    [401, 'AuthenticationError', 'no such key'],
    [429, 'RateLimitError', 'not so fast'],
    [500, 'InternalServerError', 'oh'],
  ])('words a refusal with %i as its own SDK does', async (status, name, message) => {
    const { post } = await rig(
      (_request, response) => void response.writeHead(status).end(JSON.stringify({ error: { message } })),
      { models },
    );
    const reply = await post('/v1/chat/completions', { model: 'fast' });
    expect(reply.status).toBe(status);
    const router = "LiteLLM: model group 'fast' failed with the error above. No fallback was attempted.";
    expect(await json(reply)).toMatchObject({
      error: { message: `litellm.${name}: ${name}: OpenAIException - ${message}\n\n${router}`, code: String(status) },
    });
  });

  it.each([
    ['ends', (socket: Socket) => socket.destroy()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('writes events anew: the alias in each, and an error when the provider %s', async (_how, end) => {
    const { post } = await rig(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"model":"gpt-5-mini","n":1}\n\ndata: {"mo');
        // A reset overtakes what was written just before.
        const rest = 'del":"gpt-5-mini","n":2}\n\n';
        setImmediate(() => response.write(rest, () => setTimeout(() => end(response.socket!), 50)));
      },
      { models },
    );
    const text = await (await post('/v1/chat/completions', { model: 'fast', stream: true })).text();
    const [first, second, third] = text.split('\n\n');
    expect([first, second]).toEqual(['data: {"model":"fast","n":1}', 'data: {"model":"fast","n":2}']);
    expect(third).toContain('"code":"500"');
    expect(third).toContain('OpenAIException - Response payload is not completed: <TransferEncodingError: 400');
  });

  it('streams Responses without event names, hides ids, and decodes them again', async () => {
    const { post, provider } = await rig((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('event: response.created\ndata: {"type":"response.created","response":{"id":"resp_raw"}}\n\n');
    });
    const text = await (await post('/v1/responses', { model: 'fast', stream: true })).text();
    expect(text).not.toContain('event:');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    const id = /"id":"([^"]+)"/.exec(text)?.[1];
    expect(id).not.toBe('resp_raw');
    await (await post('/v1/responses', { model: 'fast', previous_response_id: id })).text();
    expect(provider.seen[1]?.body).toContain('"previous_response_id":"resp_raw"');
  });

  /** Other exchanges through the same gateway: whatever was under way has arrived by then. */
  const meanwhile = async (origin: string): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) {
      await (await fetch(`${origin}/v1/models`, { headers: { authorization: 'Bearer sk-test' } })).text();
    }
  };

  it('collects all of the speech before the first byte, and drops stream_format', async () => {
    let last: () => void = () => {};
    const { post, provider, origin } = await rig((request, response) => {
      if (request.method === 'GET') return response.end('{}');
      response.writeHead(200, { 'content-type': 'audio/pcm' });
      response.write('first');
      last = () => void response.end('last');
    });
    let begun = false;
    const reply = post('/v1/audio/speech', { model: 'voice', input: 'x', stream_format: 'sse' });
    void reply.then(() => (begun = true));
    await meanwhile(origin);
    expect(begun).toBe(false);
    last();
    expect(await (await reply).text()).toBe('firstlast');
    expect(provider.seen.find((one) => one.body)?.body).toBe('{"model":"voice","input":"x"}');
  });

  it('never tells the provider that the listener of a speech went away', async () => {
    let arrive: () => void = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    let gone = false;
    const { origin } = await rig((request, response) => {
      if (request.method === 'GET') return response.end('{}');
      response.on('close', () => (gone = true));
      response.writeHead(200, { 'content-type': 'audio/pcm' });
      response.write('first');
      arrive();
    });
    const abort = new AbortController();
    const reply = fetch(`${origin}/v1/audio/speech`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test' },
      body: '{"model":"voice"}',
      signal: abort.signal,
    });
    await arrived;
    abort.abort();
    await expect(reply).rejects.toThrow();
    await meanwhile(origin);
    expect(gone).toBe(false);
  });

  it('lets speech through as it comes at its passthrough', async () => {
    let last: () => void = () => {};
    const { post, provider } = await rig((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/pcm' });
      response.write('first');
      last = () => void response.end('last');
    });
    const reply = await post('/openai_passthrough/audio/speech', { model: 'gpt-4o-mini-tts' });
    const reader = reply.body!.getReader();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('first');
    last();
    expect(Buffer.from((await reader.read()).value).toString()).toBe('last');
    expect(provider.seen[0]?.target).toBe('/v1/audio/speech');
  });

  it('puts the provider’s model into a form and leaves the audio alone', async () => {
    const { post, provider } = await rig((_request, response) => response.end('{"text":"hi"}'), { models });
    const form = new FormData();
    form.set('model', 'ear');
    form.set('file', new File([Buffer.from([0, 255, 13, 10, 128])], 'a.wav'));
    expect(await json(await post('/v1/audio/transcriptions', form))).toEqual({ text: 'hi' });
    expect(provider.seen[0]?.body).toContain('gpt-4o-transcribe');
    expect(provider.seen[0]?.body).toContain('\x00\xff\r\n\x80');
    const unknown = new FormData();
    unknown.set('model', 'nope');
    const refused = await post('/v1/audio/transcriptions', unknown);
    expect(refused.status).toBe(400);
    const message = `{'error': '/audio/transcriptions: ${unknownModel}'}`;
    expect(await json(refused)).toMatchObject({ error: { message, code: '400' } });
  });

  it('does not know a model that is to speak', async () => {
    const { post } = await rig(undefined, { models });
    const refused = await post('/v1/audio/speech', { model: 'nope', input: 'x' });
    expect([refused.status, await json(refused)]).toEqual([
      400,
      { detail: { error: `/audio/speech: ${unknownModel}` } },
    ]);
  });

  it('hides a provider’s retry-after behind a prefix', async () => {
    const { post } = await rig((_request, response) => {
      response.writeHead(429, { 'retry-after': '7', 'content-type': 'application/json' });
      response.end('{"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}');
    });
    const reply = await post('/v1/chat/completions', { model: 'fast' });
    expect(reply.status).toBe(429);
    expect(reply.headers.get('retry-after')).toBeNull();
    expect(reply.headers.get('llm_provider-retry-after')).toBe('7');
    expect(await json(reply)).toMatchObject({ error: { type: 'throttling_error', code: '429' } });
  });

  it('lists the aliases of its config', async () => {
    const { origin } = await rig(undefined, { models });
    const list = await json(await fetch(`${origin}/v1/models`, { headers: { 'api-key': 'sk-test' } }));
    expect((list.data as JsonObject[]).map((model) => model.id)).toEqual(['fast', 'voice', 'ear']);
  });
});
