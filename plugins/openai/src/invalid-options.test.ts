import { inspect } from 'node:util';
import { initializeLogger } from '@livekit/agents';
import { PatchbayError } from '@patchbay/ws-url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { LLM as ChatLLM } from './chat/llm.ts';
import { RealtimeModel, RealtimeTranslationModel } from './realtime/index.ts';
import { LLM } from './responses/index.ts';
import { STT } from './stt/stt.ts';
import { TTS } from './tts/tts.ts';

const apiKey = 'sk-test-key-1234';
const secret = 'sk-hidden-1234567';
type Wrong = Record<string, unknown>;

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** Every class that a user constructs. */
const classes: Record<string, (options: Wrong) => unknown> = {
  STT: (options) => new STT({ apiKey, ...options }),
  'STT over HTTP': (options) => new STT({ apiKey, useRealtime: false, ...options }),
  'STT with turns': (options) => new STT({ apiKey, model: 'gpt-4o-mini-transcribe', ...options }),
  TTS: (options) => new TTS({ apiKey, ...options }),
  'LLM of chat completions': (options) => new ChatLLM({ apiKey, ...options }),
  LLM: (options) => new LLM({ apiKey, ...options }),
  'LLM over HTTP': (options) => new LLM({ apiKey, useWebSocket: false, ...options }),
  RealtimeModel: (options) => new RealtimeModel({ apiKey, ...options }),
  RealtimeTranslationModel: (options) => new RealtimeTranslationModel({ apiKey, targetLanguage: 'es', ...options }),
};

function expectRefused(act: () => unknown, option: string): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(PatchbayError.is(thrown), inspect(thrown)).toBe(true);
  const { code, message } = thrown as PatchbayError;
  expect(code).toBe('invalid-option');
  expect(message).toContain(option);
  expect(message).not.toContain('hidden');
}

const circle: Wrong = {};
circle.self = circle;

describe.each(Object.entries(classes))('%s refuses, typed and at construction', (_name, make) => {
  it.each<[option: string, value: unknown]>([
    ['client', null],
    ['client', secret],
    ['client', { apiKey: 'k', _options: { defaultQuery: secret } }],
    ['client', { apiKey: 'k', _options: { defaultHeaders: secret } }],
    ['organization', 5],
    ['project', { secret }],
    ['headers', secret],
    ['headers', null],
    ['headers', [secret]],
    ['headers', { a: 5 }],
    ['query', `a=${secret}`],
    ['query', null],
    ['query', { a: { secret } }],
    ['model', 5],
    ['model', null],
    ['model', { secret }],
  ])('%s', (option, value) => expectRefused(() => make({ [option]: value }), option));
});

// To a RealtimeModel, as to upstream's, an empty one is not set.
it.each(Object.entries(classes).filter(([name]) => name !== 'RealtimeModel'))(
  '%s refuses an empty model',
  (_name, make) => expectRefused(() => make({ model: '' }), 'model'),
);

const wrong: Record<string, [option: string, value: unknown][]> = {
  STT: [
    ['language', 5],
    ['language', {}],
    ['language', null],
    ['language', [5]],
    ['detectLanguage', 'no'],
    ['keywords', 5],
    ['keywords', 'abc'],
    ['keywords', [{ secret }]],
    ['prompt', 5],
    ['noiseReductionType', secret],
    ['vad', 'x'],
    ['vad', { secret }],
    ['useRealtime', 'false'],
    ['temperature', NaN],
    ['interimIntervalMs', -1],
    ['interimIntervalMs', secret],
    ['logprobs', 'yes'],
    ['delay', secret],
    ['knownSpeakers', { ada: 'data:audio/wav;base64,UklGRg==' }],
  ],
  'STT over HTTP': [
    ['timestampGranularities', 'word'],
    ['timestampGranularities', [secret]],
    ['knownSpeakers', { ada: 'data:audio/wav;base64,UklGRg==' }],
    ['knownSpeakers', { ada: secret }],
    ['knownSpeakers', secret],
    ['connOptions', 5],
    ['connOptions.maxRetry', { maxRetry: -1 }],
    ['connOptions.timeoutMs', { timeoutMs: NaN }],
    ['connOptions.retryIntervalMs', { retryIntervalMs: secret }],
    ['temperature', NaN],
    ['temperature', 5],
    ['temperature', secret],
  ],
  'STT with turns': [
    ['turnDetection', 'server_vad'],
    ['turnDetection', false],
    ['turnDetection.type', { type: secret }],
    ['turnDetection.threshold', { type: 'server_vad', threshold: NaN }],
    ['turnDetection.silence_duration_ms', { silence_duration_ms: -5 }],
    ['turnDetection.prefix_padding_ms', { prefix_padding_ms: '5' }],
    ['turnDetection.eagerness', { type: 'semantic_vad', eagerness: secret }],
  ],
  TTS: [
    ['speed', NaN],
    ['speed', secret],
    ['speed', '1'],
    ['speed', null],
    ['voice', 5],
    ['voice', ''],
    ['instructions', 5],
    ['voice.id', {}],
    ['voice.id', { id: 5 }],
    ['voice', null],
    ['responseFormat', 'aac'],
    ['responseFormat', secret],
    ['streamFormat', 'mp3'],
    ['extraBody', secret],
    ['extraBody', circle],
  ],
  'LLM of chat completions': [
    ['temperature', NaN],
    ['temperature', 9],
    ['topP', 2],
    ['topP', secret],
    ['maxCompletionTokens', -1],
    ['maxCompletionTokens', 1.5],
    ['thinkingTimeoutMs', -1],
    ['extraBody', secret],
    ['extraBody', circle],
    ['metadata', 5],
    ['responseFormat', secret],
    ['reasoningEffort', 5],
    ['verbosity', {}],
    ['serviceTier', 5],
    ['store', 'no'],
    ['parallelToolCalls', 1],
    ['strictToolSchema', 'no'],
    ['user', { secret }],
    ['promptCacheKey', 5],
    ['promptCacheRetention', 24],
    ['safetyIdentifier', 5],
    ['toolChoice', 5],
  ],
  LLM: [
    ['temperature', NaN],
    ['temperature', 9],
    ['temperature', secret],
    ['maxOutputTokens', NaN],
    ['maxOutputTokens', -1],
    ['maxOutputTokens', 1.5],
    ['thinkingTimeoutMs', NaN],
    ['thinkingTimeoutMs', -1],
    ['thinkingTimeoutMs', secret],
    ['extraBody', secret],
    ['extraBody', { a: 1n }],
    ['extraBody', circle],
    ['metadata', 5],
    ['reasoning', 'low'],
    ['serviceTier', 5],
    ['verbosity', {}],
    ['store', 'no'],
    ['parallelToolCalls', 1],
    ['strictToolSchema', 'no'],
    ['useWebSocket', 'no'],
    ['promptCacheKey', 5],
    ['safetyIdentifier', 5],
    ['toolChoice', 5],
  ],
  RealtimeModel: [
    ['speed', NaN],
    ['speed', secret],
    ['voice', 5],
    ['voice', {}],
    ['modalities', 'text'],
    ['modalities', ['smell']],
    ['turnDetection', 'semantic_vad'],
    ['turnDetection.type', {}],
    ['turnDetection.threshold', { type: 'server_vad', threshold: NaN }],
    ['inputAudioTranscription', 'whisper-1'],
    ['inputAudioNoiseReduction', 'near_field'],
    ['inputAudioNoiseReduction.type', { type: secret }],
    ['maxSessionDuration', NaN],
    ['maxSessionDuration', -1],
    ['maxSessionDuration', '5'],
    ['maxResponseOutputTokens', NaN],
    ['maxResponseOutputTokens', -1],
    ['maxResponseOutputTokens', secret],
    ['connOptions', null],
    ['connOptions.timeoutMs', { timeoutMs: NaN }],
    ['connOptions.maxRetry', { maxRetry: NaN }],
    ['connOptions.maxRetry', { maxRetry: -1 }],
    ['connOptions.retryIntervalMs', { retryIntervalMs: NaN }],
    ['toolChoice', 5],
    ['toolChoice.type', {}],
    ['tracing', 5],
    ['truncation', 5],
    ['reasoning', 'low'],
  ],
};

describe.each(Object.entries(wrong))('%s refuses, typed and at construction', (name, cases) => {
  it.each(cases)('%s: %s', (option, value) => {
    const make = classes[name] as (options: Wrong) => unknown;
    expectRefused(() => make({ [option.replace(/\..*/, '')]: value }), option);
  });
});

describe('updateOptions refuses what the constructor refuses, and changes nothing', () => {
  it.each<[string, unknown]>([
    ['language', null],
    ['keywords', 5],
    ['turnDetection', 'server_vad'],
    ['model', 5],
    ['vad', 'x'],
  ])('STT: %s', (option, value) => {
    const model = new STT({ apiKey, model: 'gpt-4o-mini-transcribe' });
    expectRefused(() => model.updateOptions({ [option]: value }), option);
    expect([model.model, model.turnDetection?.type]).toEqual(['gpt-4o-mini-transcribe', 'server_vad']);
  });

  it('STT: the language of a stream', async () => {
    const model = new STT({ apiKey, model: 'gpt-4o-mini-transcribe' });
    expectRefused(() => model.stream({ language: 5 as never }), 'language');
  });

  it.each<[string, unknown]>([
    ['speed', NaN],
    ['voice', 5],
    ['model', 5],
    ['instructions', 5],
    ['responseFormat', 'aac'],
    ['extraBody', secret],
  ])('TTS: %s', (option, value) => {
    const model = new TTS({ apiKey });
    expectRefused(() => model.updateOptions({ [option]: value }), option);
    expect(model.model).toBe('tts-1');
  });

  it.each<[string, unknown]>([
    ['speed', NaN],
    ['turnDetection', 'server_vad'],
    ['maxResponseOutputTokens', -1],
  ])('RealtimeModel and its sessions: %s', async (option, value) => {
    // Nobody listens on port 1, so no session gets beyond its first dial.
    const model = new RealtimeModel({ apiKey, baseURL: 'http://127.0.0.1:1/v1' });
    const before = model._options;
    const session = model.session();
    onTestFinished(() => session.close());
    expectRefused(() => session.updateOptions({ [option]: value }), option);
    expectRefused(() => model.updateOptions({ [option]: value }), option);
    expect(model._options).toBe(before);
  });
});
