import { initializeLogger, voice } from '@livekit/agents';
import { dispose } from '@livekit/rtc-node';
import { startLoopback } from '@patchbay/loopback';
import type { GatewaySettings } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { closeAll, enter, Loudspeaker, promptly, type Room } from '../__fixtures__/room.ts';
import { Microphone, ObservedModel } from './__fixtures__/room.ts';
import type { GPTLiveModelOptions } from './options.ts';

initializeLogger({ pretty: false, level: 'silent' });
afterAll(() => dispose());

/** A gateway, and what it wants to be told. */
interface Way {
  behind: GatewaySettings;
  options(baseURL: string): GPTLiveModelOptions;
}

const apiKey = 'sk-loopback';
const ways: Way[] = [
  {
    behind: { name: 'litellm', models: { 'my-live': 'gpt-live-1' } },
    options: (baseURL) => ({ gateway: gateways.litellm({ baseURL, apiKey }), model: 'my-live' }),
  },
  {
    behind: { name: 'azure', models: { 'my-live': 'gpt-live-1', 'my-backend': 'gpt-5-mini' } },
    options: (baseURL) => ({
      gateway: gateways.azure({ baseURL, apiKey, deployment: 'my-live' }),
      responsesOptions: { model: 'my-backend' },
    }),
  },
  {
    behind: { name: 'bifrost' },
    options: (baseURL) => ({ gateway: gateways.bifrost({ baseURL, apiKey }), model: 'openai/gpt-live-1' }),
  },
  {
    behind: { name: 'vercel' },
    options: (baseURL) => ({
      gateway: gateways.vercel({ baseURL, apiKey }),
      model: 'openai/gpt-live-1',
      delegation: 'client',
    }),
  },
  {
    behind: { name: 'openai-compatible' },
    options: (baseURL) => ({ gateway: gateways.openAICompatible({ baseURL, apiKey }) }),
  },
];

test.each(ways)('an AgentSession holds a call through $behind.name', async ({ behind, options }) => {
  const cloud = await startLoopback({
    gateway: behind,
    ...promptly,
  });
  const model = new ObservedModel(options(cloud.url));
  const microphone = new Microphone(model);
  const loudspeaker = new Loudspeaker();
  const session = new voice.AgentSession({ llm: model, vad: null, turnDetection: 'realtime_llm' });
  onTestFinished(() => closeAll(session, model, cloud));
  const failures: Room['failures'] = [];
  enter({ microphone, loudspeaker, failures }, session);
  await session.start({ agent: new voice.Agent({ instructions: 'Help the caller.' }) });
  await microphone.say('hello there');
  await loudspeaker.replies(1);
  expect(loudspeaker.played[0]!.words).toBe('Hello! How can I help you?');
  expect(failures).toEqual([]);
});

test('LiteLLM before 1.107 refuses GPT-Live, and the error says which release has it', async () => {
  const cloud = await startLoopback({ gateway: 'litellm@1.105', voice: 'plain' });
  const model = new ObservedModel({ gateway: gateways.litellm({ baseURL: cloud.url, apiKey }) });
  onTestFinished(() => closeAll(model, cloud));
  const session = model.session();
  const failed = new Promise<{ error: Error }>((resolve) => session.on('error', resolve as never));
  await session._updateSession('Help the caller.');
  expect((await failed).error.message).toContain('LiteLLM serves GPT-Live from 1.107.0 on');
});
