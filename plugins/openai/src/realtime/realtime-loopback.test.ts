import { initializeLogger, llm } from '@livekit/agents';
import type { metrics } from '@livekit/agents';
import { dispose, VideoBufferType, VideoFrame } from '@livekit/rtc-node';
import { startLoopback } from '@patchbay/loopback';
import type { Loopback, LoopbackOptions, McpServerTool } from '@patchbay/loopback';
import { ManualClock } from '@patchbay/ws-session/testing';
import { gateways } from '@patchbay/ws-url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { OpenAITool } from '../tools.ts';
import { all, next, textsOf } from './__fixtures__/realtime-test.ts';
import type { McpEvent, RealtimeModelOptions, RealtimeSession } from './index.ts';
import { RealtimeModel } from './realtime-model.ts';

initializeLogger({ pretty: false, level: 'silent' });

/** The weather, by a server that the service asks. */
class Sky extends OpenAITool {
  readonly #approval: string;

  constructor(approval: string) {
    super({ id: 'sky' });
    this.#approval = approval;
  }

  toToolConfig(): Record<string, unknown> {
    const server = { type: 'mcp', server_label: 'sky', server_url: 'https://sky.example.com/mcp' };
    return { ...server, require_approval: this.#approval };
  }
}

const weather: McpServerTool = {
  name: 'find_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  result: 'Nothing but rain.',
};

const closing: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close();
});

afterAll(() => dispose());

async function open(
  options: RealtimeModelOptions = {},
  cloudOptions: LoopbackOptions = {},
): Promise<{ cloud: Loopback; session: RealtimeSession; errors: llm.RealtimeModelError[] }> {
  const pace = { firstTokenMs: 0, tokenMs: 0, audioMs: 0 };
  const cloud = await startLoopback({ voice: 'plain', pace, ...cloudOptions });
  const access = { apiKey: 'sk-loopback', baseURL: cloud.url };
  const model = new RealtimeModel(
    cloudOptions.gateway === undefined ? { ...access, ...options } : { gateway: gateways.litellm(access), ...options },
  );
  closing.push(cloud, model);
  const session = model.session();
  const errors: llm.RealtimeModelError[] = [];
  session.on('error', (error: llm.RealtimeModelError) => errors.push(error));
  return { cloud, session, errors };
}

async function say(session: RealtimeSession, text: string): Promise<void> {
  const chatCtx = session.chatCtx;
  chatCtx.addMessage({ role: 'user', content: text });
  await session.updateChatCtx(chatCtx);
}

describe.each([undefined, 'litellm', 'litellm@1.105'])('a tool of an MCP server, through %s', (gateway) => {
  async function askForWeather(approval: string, options: RealtimeModelOptions, tool = weather) {
    const opened = await open({ modalities: ['text'], ...options }, { gateway, mcpServers: { sky: [tool] } });
    const { session } = opened;
    const events: McpEvent[] = [];
    session.on('mcp', (event: McpEvent) => events.push(event));
    await session.updateTools(new llm.ToolContext([new Sky(approval)]));
    const generations: llm.GenerationCreatedEvent[] = [];
    const answered = new Promise<llm.GenerationCreatedEvent>((resolve) => {
      session.on('generation_created', (event: llm.GenerationCreatedEvent) => {
        if (generations.push(event) === 2) resolve(event);
      });
    });
    await say(session, 'What is the weather in Bath?');
    const asked = await session.generateReply();
    expect(await textsOf(asked)).toEqual([]);
    expect(await all(asked.functionStream)).toEqual([]);
    const texts = await textsOf(await answered);
    return { ...opened, texts, events, generations };
  }

  test('is called, and what it says is spoken, without anybody asking for it', async () => {
    const { texts, events, errors } = await askForWeather('never', {});
    expect(texts).toEqual(['Nothing but rain.']);
    expect(events).toMatchObject([
      { type: 'tools-listed', serverLabel: 'sky', tools: ['find_weather'] },
      { type: 'call-started', name: 'find_weather', arguments: '{"city":"Bath"}' },
      { type: 'call-ended', name: 'find_weather', output: 'Nothing but rain.' },
    ]);
    expect(errors).toEqual([]);
  });

  test('is called with consent', async () => {
    const { texts } = await askForWeather('always', { mcpApproval: ({ name }) => name === 'find_weather' });
    expect(texts).toEqual(['Nothing but rain.']);
  });

  test('is not called without, and the model says so', async () => {
    const { texts, events } = await askForWeather('always', {});
    expect(texts).toEqual(['The call was not approved.']);
    expect(events.map(({ type }) => type)).not.toContain('call-started');
  });

  test('that fails does not break the turn', async () => {
    const { texts, errors } = await askForWeather(
      'never',
      {},
      { ...weather, result: () => Promise.reject(new Error('down')) },
    );
    expect(texts).toEqual(['Error: down']);
    expect(errors).toEqual([]);
  });
});

test('pictures are taken by the service, counted, and cached the next time', async () => {
  const { session, errors } = await open({ modalities: ['text'] });
  const pixels = Uint8Array.from({ length: 16 * 16 * 4 }, (_, index) => index % 251);
  session.pushVideo(new VideoFrame(pixels, 16, 16, VideoBufferType.RGBA));
  while (session.chatCtx.items.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await say(session, 'What do you see?');
  const told: metrics.RealtimeModelMetrics[] = [];
  for (const _ of ['first', 'second']) {
    const counted = next<metrics.RealtimeModelMetrics>(session, 'metrics_collected');
    expect(await textsOf(await session.generateReply())).not.toEqual([]);
    told.push(await counted);
  }
  expect(told.map(({ inputTokenDetails }) => inputTokenDetails.imageTokens)).toEqual([255, 255]);
  expect(told.map(({ inputTokenDetails }) => inputTokenDetails.cachedTokensDetails?.imageTokens)).toEqual([0, 255]);
  expect(errors).toEqual([]);
});

test('who says nothing for a while is spoken to', async () => {
  const clock = new ManualClock();
  const turnDetection = { type: 'server_vad', idle_timeout_ms: 5_000 } as const;
  const { session, errors } = await open({ turnDetection }, { clock });
  /** Lets the service's time pass until it is there. */
  async function passing<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    void promise.then(() => (isSettled = true));
    while (!isSettled) await clock.advance(50);
    return promise;
  }
  const idle = next(session, 'idle_timeout');
  expect(await passing(session.generateReply('Say "Hello."').then(textsOf))).toEqual(['Hello.']);
  const spokenTo = next<llm.GenerationCreatedEvent>(session, 'generation_created');
  expect(await passing(idle)).toMatchObject({ audioStartMs: 0 });
  expect(await passing(spokenTo)).toMatchObject({ userInitiated: false });
  expect(errors).toEqual([]);
});

test('every option that may change is taken by the service, and a voice that may not is told and undone', async () => {
  const { session, errors } = await open({ model: 'gpt-realtime-2', voice: 'cedar' });
  await textsOf(await session.generateReply('Say "Hello."'));
  session.updateOptions({
    toolChoice: 'none',
    inputAudioTranscription: { model: 'gpt-4o-transcribe', language: 'de' },
    inputAudioNoiseReduction: { type: 'far_field' },
    turnDetection: { type: 'server_vad', silence_duration_ms: 700 },
    maxResponseOutputTokens: 300,
    speed: 1.2,
    tracing: 'auto',
    truncation: { type: 'retention_ratio', retention_ratio: 0.8 },
    reasoning: { effort: 'low' },
  });
  const refused = next<llm.RealtimeModelError>(session, 'error');
  session.updateOptions({ voice: 'ash' });
  expect((await refused).error.message).toMatch(/voice/);
  expect(session._options.voice).toBe('cedar');
  expect(errors).toHaveLength(1);
});
