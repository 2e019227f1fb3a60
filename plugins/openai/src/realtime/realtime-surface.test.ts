import { readFile } from 'node:fs/promises';
import { realtime as upstream } from '@livekit/agents-plugin-openai';
import { initializeLogger, llm } from '@livekit/agents';
import { expect, expectTypeOf, test, vi } from 'vitest';
import * as ours from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

test("every value that LiveKit's plugin exports is here", () => {
  const missing = Object.keys(upstream).filter((name) => !(name in ours));
  expect(missing).toEqual([]);
});

test.each([
  { baseURL: 'https://api.openai.com/v1', model: 'gpt-realtime', isAzure: false },
  { baseURL: 'wss://api.openai.com/v1', model: 'gpt-realtime', isAzure: false },
  { baseURL: 'http://localhost:4000', model: 'my model/1', isAzure: false },
  { baseURL: 'https://gateway.example.com/deep/path', model: 'gpt-realtime', isAzure: false },
  { baseURL: 'https://resource.openai.azure.com/openai', model: 'm', isAzure: true, azureDeployment: 'my-realtime' },
  { baseURL: 'https://resource.openai.azure.com/openai', model: 'm', isAzure: true },
  {
    baseURL: 'https://resource.openai.azure.com/openai',
    model: 'm',
    isAzure: true,
    azureDeployment: 'my-realtime',
    apiVersion: '2024-10-01-preview',
  },
])('processBaseURL goes where that of upstream goes: $baseURL', (options) => {
  const [here, there] = [ours.processBaseURL(options), upstream.processBaseURL(options)].map((url) => new URL(url));
  expect(here!.origin + here!.pathname).toBe(there!.origin + there!.pathname);
  expect(Object.fromEntries(here!.searchParams)).toEqual(Object.fromEntries(there!.searchParams));
});

test('pain 13: processBaseURL keeps a query, and appends the path once', () => {
  const where = { model: 'm', isAzure: false };
  expect(ours.processBaseURL({ ...where, baseURL: 'https://gw.example.com/v1?tenant=a' })).toBe(
    'wss://gw.example.com/v1/realtime?tenant=a&model=m',
  );
  expect(ours.processBaseURL({ ...where, baseURL: 'HTTPS://gw.example.com/v1/realtime/' })).toBe(
    'wss://gw.example.com/v1/realtime?model=m',
  );
});

test("what LiveKit's plugin is constructed with constructs this one", () => {
  type Options = NonNullable<ConstructorParameters<typeof upstream.RealtimeModel>[0]>;
  expectTypeOf<Options>().toExtend<ours.RealtimeModelOptions>();
  type AzureOptions = Parameters<typeof upstream.RealtimeModel.withAzure>[0];
  expectTypeOf<AzureOptions>().toExtend<ours.AzureRealtimeOptions>();
});

test('the events that a program sends by hand are of the same types', () => {
  expectTypeOf<upstream.ResponseCreateEvent['type']>().toEqualTypeOf<ours.ResponseCreateEvent['type']>();
  expectTypeOf<upstream.TurnDetectionType>().toExtend<ours.TurnDetectionType>();
  expectTypeOf<upstream.InputAudioTranscription>().toExtend<ours.InputAudioTranscription>();
});

test('constants, label, fields and defaults are those of upstream', () => {
  expect(ours).toMatchObject({
    SAMPLE_RATE: upstream.SAMPLE_RATE,
    NUM_CHANNELS: upstream.NUM_CHANNELS,
    IN_FRAME_SIZE: upstream.IN_FRAME_SIZE,
    OUT_FRAME_SIZE: upstream.OUT_FRAME_SIZE,
  });
  const theirs = new upstream.RealtimeModel({ apiKey: 'sk-1' });
  const model = new ours.RealtimeModel({ apiKey: 'sk-1' });
  expect(model.label()).toBe(theirs.label());
  expect(model.model).toBe(theirs.model);
  expect(model.provider).toBe(theirs.provider);
  expect(model.capabilities).toEqual(theirs.capabilities);
  expect(model.sampleRate).toBe(theirs.sampleRate);
  const { modalities, voice, toolChoice, turnDetection, inputAudioTranscription, maxSessionDuration, baseURL } =
    theirs._options;
  expect(model._options).toMatchObject({
    modalities,
    voice,
    toolChoice,
    turnDetection,
    inputAudioTranscription,
    maxSessionDuration,
    baseURL,
  });
  const elsewhere = { apiKey: 'sk-1', baseURL: 'https://gw.example.com/openai/v1' };
  expect(new ours.RealtimeModel(elsewhere)._options.baseURL).toBe(
    new upstream.RealtimeModel(elsewhere)._options.baseURL,
  );
  expect(new ours.GPTLiveModel(elsewhere)._opts.baseURL).toBe(new upstream.GPTLiveModel(elsewhere)._opts.baseURL);
});

test('Azure has its own defaults, and its key never comes from OPENAI_API_KEY', () => {
  const model = ours.RealtimeModel.withAzure({
    azureDeployment: 'my-realtime',
    azureEndpoint: 'https://resource.openai.azure.com',
    apiKey: 'azure-key',
  });
  expect(model.connection.redacted).toContain('resource.openai.azure.com/openai/v1/realtime');
  expect(model._options).toMatchObject({
    isAzure: true,
    azureDeployment: 'my-realtime',
    inputAudioTranscription: { model: 'whisper-1' },
    turnDetection: { type: 'server_vad', silence_duration_ms: 200 },
  });
  vi.stubEnv('OPENAI_API_KEY', 'sk-openai');
  expect(() =>
    ours.RealtimeModel.withAzure({ azureDeployment: 'd', azureEndpoint: 'https://resource.openai.azure.com' }),
  ).toThrow(/AZURE_OPENAI_API_KEY/);
  vi.unstubAllEnvs();
});

test('the example of the README is the one that compiles', async () => {
  const [readme, example] = await Promise.all(
    ['../../README.md', './__fixtures__/readme-example.ts'].map((file) =>
      readFile(new URL(file, import.meta.url), 'utf8'),
    ),
  );
  expect(readme).toContain(example!.slice(example!.indexOf('import ')));
});

test("it is LiveKit's RealtimeModel, so an AgentSession takes it", () => {
  expect(new ours.RealtimeModel({ apiKey: 'sk-1' })).toBeInstanceOf(llm.RealtimeModel);
});

test('options that cannot work are refused by name', () => {
  expect(() => new ours.RealtimeModel({ apiKey: 'sk-1', speed: 9 })).toThrow(/speed/);
  expect(() => new ours.RealtimeModel({ apiKey: 'sk-1', maxSessionDuration: 0 })).toThrow(/maxSessionDuration/);
});
