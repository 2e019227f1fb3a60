import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { gateways, PatchbayError } from '@patchbay/ws-url';
import { OpenAI } from 'openai';
import { OpenAI as OpenAI7 } from 'openai-7';
import { describe, expect, it, vi } from 'vitest';
import { Conversation, failuresOf, listen } from './__fixtures__/conversation.ts';
import { say } from './__fixtures__/responses-server.ts';
import { setup } from './__fixtures__/setup.ts';
import { LLM } from './index.ts';

const at = setup();

describe('pain 27: secrets', () => {
  it('are in no error, event or picture of the model', async () => {
    const key = 'sk-proj-abcdefghijklmnopqrstuvwx';
    at.server.script = ({ socket }) =>
      say(socket, { type: 'error', status: 401, error: { code: 'invalid_api_key', message: `Incorrect key: ${key}` } });
    const model = at.open({ apiKey: key, headers: { 'x-gateway-key': 'hush-hush-hush' } });
    const shown: unknown[] = [model, JSON.stringify(model)];
    model.on('error', (event) => shown.push(event, event.error.cause));
    model.on('connection', (event) => shown.push(event));
    await new Conversation(model).turn('hello');
    expect(shown.length).toBeGreaterThan(3);
    expect(inspect(shown, { depth: 12, showHidden: true })).not.toMatch(/abcdefghijkl|hush-hush/);
  });

  it('with a line break are refused at construction, unseen', () => {
    expect(() => at.open({ apiKey: 'sk-\r\nabc' })).toThrow(PatchbayError);
    expect(() => at.open({ apiKey: 'sk-\r\nabc' })).not.toThrow(/abc/);
  });
});

describe('pain 15: key, base URL and client', () => {
  it('come from the environment as it is at construction', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-from-env');
    vi.stubEnv('OPENAI_BASE_URL', at.server.url);
    const model = at.openAs({});
    await new Conversation(model).turn('hello');
    expect(at.server.upgrades[0]?.headers.authorization).toBe('Bearer sk-from-env');
  });

  it.each([
    ['6', OpenAI],
    ['7', OpenAI7],
  ])('come from a client of version %s, with its headers and query', async (_, Client) => {
    const client = new Client({
      apiKey: 'sk-client',
      baseURL: at.server.url,
      organization: 'org-1',
      project: 'proj-1',
      defaultHeaders: { 'x-team': 'voice' },
      defaultQuery: { 'api-version': '1' },
    });
    const model = at.openAs({ client });
    await new Conversation(model).turn('hello');
    expect(at.server.upgrades[0]?.headers).toMatchObject({
      authorization: 'Bearer sk-client',
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
      'x-team': 'voice',
    });
    expect(at.server.upgrades[0]?.url).toContain('api-version=1');
  });

  it('that are missing are an error at construction that says what to set', () => {
    vi.stubEnv('OPENAI_API_KEY', '');
    expect(() => new LLM()).toThrow(/apiKey/);
  });
});

describe('pain 13: base URLs', () => {
  it.each([
    ['', '/v1/responses?model=gpt-4.1'],
    ['/', '/v1/responses?model=gpt-4.1'],
    ['/responses', '/v1/responses?model=gpt-4.1'],
    ['?tenant=a%20b', '/v1/responses?tenant=a%20b&model=gpt-4.1'],
  ])('ending in "%s" are joined once', async (end, expected) => {
    await new Conversation(at.open({ baseURL: at.server.url + end })).turn('hello');
    expect(at.server.upgrades[0]?.url).toBe(expected);
  });
});

describe('LiteLLM', () => {
  it('never meets a socket that said nothing for 30 s', async () => {
    const model = at.openAs({ gateway: gateways.litellm({ baseURL: at.server.url, apiKey: 'sk-1234' }) });
    const failures = failuresOf(model);
    const opened = new Promise<void>((resolve) => model.on('connection', ({ type }) => type === 'open' && resolve()));
    model.prewarm();
    await opened;
    await at.clock.advance(29_000);
    expect((await new Conversation(model).turn('hello')).text).toBe('answer1');
    expect(at.server.asked[0]?.socketNumber).toBe(2);
    expect(failures).toEqual([]);
  });

  it('has one socket per model', async () => {
    const model = at.openAs({ gateway: gateways.litellm({ baseURL: at.server.url, apiKey: 'sk-1234' }) });
    await new Conversation(model).turn('hello');
    await listen(new Conversation(model, { extraKwargs: { model: 'gpt-5' } }).user('hello').ask());
    expect(at.server.upgrades.map(({ url }) => url)).toEqual([
      '/v1/responses?model=gpt-4.1',
      '/v1/responses?model=gpt-5',
    ]);
    expect(at.server.asked.map(({ body }) => body.model)).toEqual(['gpt-4.1', 'gpt-5']);
  });
});

describe('pain 14: the place of the model', () => {
  it.each([
    ['https://api.openai.com/v1', '/v1/responses'],
    ['https://us.api.openai.com/v1', '/v1/responses'],
    ['https://gateway.example.com/v1', '/v1/responses?model=gpt-4.1'],
  ])('%s is asked at %s', async (baseURL, expected) => {
    await new Conversation(at.open({ baseURL, agent: detour() })).turn('hello');
    expect(at.server.upgrades[0]?.url).toBe(expected);
    expect(at.server.asked[0]?.body.model).toBe('gpt-4.1');
  });
});

describe('pain 16: agents', () => {
  it('are used for sockets', async () => {
    const agent = detour();
    const model = at.open({ baseURL: 'https://api.openai.com/v1', agent });
    expect(model.provider).toBe('api.openai.com');
    expect((await new Conversation(model).turn('hello')).text).toBe('answer1');
    expect(agent.connections).toBe(1);
  });
});

/** Leads every connection, wherever it wants to go, to the server of the test. */
class Detour extends Agent {
  connections = 0;

  override createConnection(): Socket {
    this.connections++;
    return connect(Number(new URL(at.server.url).port), '127.0.0.1');
  }
}

const detour = (): Detour => new Detour();
