import { realtime as upstream } from '@livekit/agents-plugin-openai';
import { initializeLogger, llm } from '@livekit/agents';
import { expect, expectTypeOf, test, vi } from 'vitest';
import * as ours from './index.ts';

initializeLogger({ pretty: false, level: 'silent' });

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
  const { modalities, voice, toolChoice, turnDetection, inputAudioTranscription, maxSessionDuration } = theirs._options;
  expect(model._options).toMatchObject({
    modalities,
    voice,
    toolChoice,
    turnDetection,
    inputAudioTranscription,
    maxSessionDuration,
  });
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

test("it is LiveKit's RealtimeModel, so an AgentSession takes it", () => {
  expect(new ours.RealtimeModel({ apiKey: 'sk-1' })).toBeInstanceOf(llm.RealtimeModel);
});

test('options that cannot work are refused by name', () => {
  expect(() => new ours.RealtimeModel({ apiKey: 'sk-1', speed: 9 })).toThrow(/speed/);
  expect(() => new ours.RealtimeModel({ apiKey: 'sk-1', maxSessionDuration: 0 })).toThrow(/maxSessionDuration/);
});
