import type { llm } from '@livekit/agents';
import { initializeLogger, voice } from '@livekit/agents';
import { dispose, VideoBufferType, VideoFrame } from '@livekit/rtc-node';
import { startLoopback } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { closeAll, enter, Loudspeaker, promptly, type Room } from '../__fixtures__/room.ts';
import { weather } from '../__fixtures__/weather.ts';
import { OpenAITool } from '../tools.ts';
import { Microphone, ObservedModel } from './__fixtures__/room.ts';
import type { McpEvent } from './mcp.ts';
import type { RealtimeModelOptions } from './options.ts';

initializeLogger({ pretty: false, level: 'silent' });
afterAll(() => dispose());

/** Somebody else's tools, which the service calls. */
class Sky extends OpenAITool {
  constructor() {
    super({ id: 'sky' });
  }

  toToolConfig(): Record<string, unknown> {
    return { type: 'mcp', server_label: 'sky', server_url: 'https://mcp.example.com', require_approval: 'never' };
  }
}

const findWeather = {
  name: 'find_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  result: 'Rain, says the sky.',
};

const apiKey = 'sk-loopback';

// Azure's preview API knows neither pictures nor MCP.
const ways: { gateway?: string; options(baseURL: string): RealtimeModelOptions }[] = [
  { options: (baseURL) => ({ apiKey, baseURL }) },
  { gateway: 'litellm@1.105', options: (baseURL) => ({ gateway: gateways.litellm({ baseURL, apiKey }) }) },
  { gateway: 'azure', options: (baseURL) => ({ gateway: gateways.azure({ baseURL, apiKey }) }) },
];

describe.each(ways)('in an AgentSession through $gateway', ({ gateway, options }) => {
  async function call(tools: voice.AgentOptions<unknown>['tools'] = []) {
    const cloud = await startLoopback({
      gateway,
      ...promptly,
      mcpServers: { sky: [findWeather] },
    });
    const model = new ObservedModel({ turnDetection: { type: 'server_vad' }, ...options(cloud.url) });
    const microphone = new Microphone();
    const loudspeaker = new Loudspeaker();
    const session = new voice.AgentSession({ llm: model, vad: null, turnDetection: 'realtime_llm' });
    onTestFinished(() => closeAll(session, model, cloud));
    const failures: Room['failures'] = [];
    enter({ microphone, loudspeaker, failures }, session);
    await session.start({ agent: new voice.Agent({ instructions: 'Help the caller.', tools }) });
    const [realtime] = model.sessions;
    return { model, microphone, loudspeaker, failures, realtime: realtime! };
  }

  test('an MCP server is asked by the service, and what it says is said', async () => {
    const { microphone, loudspeaker, failures, realtime } = await call([new Sky()]);
    const told: string[] = [];
    realtime.on('mcp', ({ type }: McpEvent) => told.push(type));
    await microphone.say('what is the weather in Bath');
    await loudspeaker.replies(1);
    expect(loudspeaker.played).toEqual([{ words: 'Rain, says the sky.', interrupted: false }]);
    expect(told).toEqual(['tools-listed', 'call-started', 'call-ended']);
    expect(failures).toEqual([]);
  });

  test('a picture is shown, and disturbs nobody', async () => {
    const { model, microphone, loudspeaker, failures, realtime } = await call();
    await microphone.say('hello there');
    await loudspeaker.replies(1);
    realtime.pushVideo(new VideoFrame(new Uint8Array(64 * 64 * 4), 64, 64, VideoBufferType.RGBA));
    await vi.waitFor(() => expect(JSON.stringify(model.spoken)).toContain('input_image'));
    await microphone.say('thanks and bye');
    await loudspeaker.replies(2);
    expect(loudspeaker.played[1]).toEqual({ words: 'You are welcome. Goodbye!', interrupted: false });
    expect(failures).toEqual([]);
  });

  test('one reply has tools of its own', async () => {
    const { microphone, loudspeaker, failures, realtime } = await call();
    await microphone.say('hello there');
    await loudspeaker.replies(1);
    const toolChoice: llm.ToolChoice = { type: 'function', function: { name: 'weather' } };
    const { functionStream } = await realtime.generateReply('The weather, please.', { tools: [weather], toolChoice });
    const called: string[] = [];
    for await (const { name } of functionStream) called.push(name);
    expect(called).toEqual(['weather']);
    expect(failures).toEqual([]);
  });
});
