import { llm } from '@livekit/agents';
import { describe, expect, test } from 'vitest';
import { weather } from '../__fixtures__/weather.ts';
import { next, useBench } from './__fixtures__/realtime-test.ts';
import type { RealtimeModelOptions } from './options.ts';
import type { RealtimeModel } from './realtime-model.ts';

const bench = useBench();

const everything = {
  voice: { id: 'voice_1' },
  toolChoice: 'required',
  inputAudioTranscription: { model: 'gpt-4o-transcribe', language: 'de' },
  inputAudioNoiseReduction: { type: 'far_field' },
  turnDetection: { type: 'server_vad', idle_timeout_ms: 6_000 },
  maxResponseOutputTokens: 300,
  speed: 1.2,
  tracing: { workflow_name: 'support', group_id: 'g1' },
  truncation: { type: 'retention_ratio', retention_ratio: 0.8, token_limits: { post_instructions: 8_000 } },
  reasoning: { effort: 'low' },
} as const;

const everythingOnTheWire = {
  type: 'realtime',
  audio: {
    input: {
      transcription: { model: 'gpt-4o-transcribe', language: 'de' },
      noise_reduction: { type: 'far_field' },
      turn_detection: { type: 'server_vad', idle_timeout_ms: 6_000 },
    },
    output: { voice: { id: 'voice_1' }, speed: 1.2 },
  },
  tool_choice: 'required',
  max_output_tokens: 300,
  tracing: { workflow_name: 'support', group_id: 'g1' },
  truncation: { type: 'retention_ratio', retention_ratio: 0.8, token_limits: { post_instructions: 8_000 } },
  reasoning: { effort: 'low' },
};

describe('every option', () => {
  test('is taken by the constructor', async () => {
    bench.open({ model: 'gpt-realtime-2', ...everything });
    const { session } = await (await bench.service.line()).event('session.update');
    expect(session).toMatchObject(everythingOnTheWire);
  });

  test('can change while a session is open, by the session or by its model', async () => {
    const one = bench.open({ model: 'gpt-realtime-2' });
    const first = await bench.service.line();
    await first.event('session.update');
    one.updateOptions(everything);
    expect((await first.event('session.update', 2)).session).toEqual(everythingOnTheWire);
    const other = bench.open({ model: 'gpt-realtime-2' });
    const second = await bench.service.line(2);
    await second.event('session.update');
    (other.realtimeModel as RealtimeModel).updateOptions(everything);
    expect((await second.event('session.update', 2)).session).toEqual(everythingOnTheWire);
  });

  test.each<[string, RealtimeModelOptions, object]>([
    ['maxResponseOutputTokens: Infinity', { maxResponseOutputTokens: Infinity }, { max_output_tokens: 'inf' }],
    [
      'connOptions.maxRetry: Infinity',
      { connOptions: { maxRetry: Infinity } },
      { audio: { output: { voice: 'marin' } } },
    ],
    ['modalities: []', { modalities: [] }, { output_modalities: ['text'] }],
  ])('means what it means to upstream: %s', async (_what, options, wire) => {
    const session = bench.open(options);
    const line = await bench.service.line();
    expect((await line.event('session.update')).session).toMatchObject(wire);
    if (options.maxResponseOutputTokens === undefined) return;
    session.updateOptions({ maxResponseOutputTokens: 5 });
    session.updateOptions({ maxResponseOutputTokens: Infinity });
    expect((await line.event('session.update', 3)).session).toMatchObject(wire);
  });

  test("voice: '' and toolChoice: '' are not set, where upstream sends what the service refuses", async () => {
    bench.open({ voice: '' as 'marin', toolChoice: '' as 'auto' });
    const { session: config } = await (await bench.service.line()).event('session.update');
    expect(config).toMatchObject({ audio: { output: { voice: 'marin' } }, tool_choice: 'auto' });
  });

  test('an undefined that is said leaves it to the service, as with upstream, and absence does not', async () => {
    const session = bench.open({ turnDetection: undefined, inputAudioTranscription: undefined, tracing: '' as 'auto' });
    const line = await bench.service.line();
    const { session: config } = await line.event('session.update');
    expect(Object.keys((config.audio as { input: object }).input)).toEqual(['format']);
    expect(config).not.toHaveProperty('tracing');
    // The service's own default finds turns, and transcribes nothing.
    expect(session.realtimeModel.capabilities).toMatchObject({ turnDetection: true, userTranscription: false });
    bench.open();
    const { session: other } = await (await bench.service.line(2)).event('session.update');
    expect((other.audio as { input: object }).input).toMatchObject({
      transcription: { model: 'gpt-4o-mini-transcribe' },
      turn_detection: { type: 'semantic_vad' },
    });
  });

  test('null switches off', async () => {
    const session = bench.open(everything);
    const line = await bench.service.line();
    await line.event('session.update');
    session.updateOptions({
      inputAudioTranscription: null,
      inputAudioNoiseReduction: null,
      turnDetection: null,
      tracing: null,
      toolChoice: null,
    });
    expect((await line.event('session.update', 2)).session).toEqual({
      type: 'realtime',
      audio: { input: { transcription: null, noise_reduction: null, turn_detection: null } },
      tracing: null,
      tool_choice: 'auto',
    });
  });

  test('that makes no sense is refused by name, and nothing is changed or sent', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    expect(() => session.updateOptions({ speed: 1.1, maxResponseOutputTokens: 0 })).toThrow(/maxResponseOutputTokens/);
    const model = session.realtimeModel as RealtimeModel;
    expect(() => model.updateOptions({ speed: 1.1, truncation: 'sometimes' as 'auto' })).toThrow(/truncation/);
    await session.updateInstructions('behind it');
    expect((await line.event('session.update', 2)).session).toEqual({ type: 'realtime', instructions: 'behind it' });
    expect(session._options.speed).toBeUndefined();
    expect(model._options.speed).toBeUndefined();
  });

  test.each([
    'gpt-realtime',
    'gpt-realtime-1.5',
    'gpt-realtime-mini',
    'gpt-realtime-2025-08-28',
    'gpt-4o-realtime-preview',
  ])('reasoning is kept from %s, which does not know it', async (model) => {
    bench.open({ model, reasoning: { effort: 'low' } });
    const { session } = await (await bench.service.line()).event('session.update');
    expect(session.reasoning).toBeUndefined();
  });
});

describe('a change that the service refuses', () => {
  test('is told and undone: the next one does not carry it, and no later socket is told it', async () => {
    await bench.serve({ confirms: false });
    const session = bench.open({ voice: 'cedar' });
    await session.updateInstructions('Be kind.');
    const first = await bench.service.line();
    await first.event('session.update');
    first.send({ type: 'session.updated', session: { id: 'sess_1' } });
    session.updateOptions({ voice: 'ash', speed: 1.2 });
    const refused = await first.event('session.update', 2);
    session.updateOptions({ speed: 1.4 });
    await session.updateTools(new llm.ToolContext([weather]));
    const told = next<llm.RealtimeModelError>(session, 'error');
    first.fail({
      code: 'cannot_update_voice',
      message: "Cannot update a conversation's voice if assistant audio is present.",
      event_id: refused.event_id,
    });
    expect(await told).toMatchObject({ recoverable: true, error: { message: expect.stringContaining('voice') } });
    expect(session._options).toMatchObject({ voice: 'cedar', speed: 1.4 });
    await session.updateInstructions('Be brief.');
    expect((await first.event('session.update', 5)).session).toEqual({ type: 'realtime', instructions: 'Be brief.' });
    const { session: config } = await (await bench.lose(first)).event('session.update');
    expect(config.audio.output).toMatchObject({ voice: 'cedar', speed: 1.4 });
    expect(config).toMatchObject({ instructions: 'Be brief.', tools: [{ name: 'weather' }] });
  });

  test('of tools leaves the tools that were accepted', async () => {
    const { session, line } = await bench.unconfirmed();
    line.send({ type: 'session.updated', session: { id: 'sess_1' } });
    await session.updateTools(new llm.ToolContext([weather]));
    await line.event('session.update', 2);
    line.send({ type: 'session.updated', session: { id: 'sess_1' } });
    await session.updateTools(new llm.ToolContext([]));
    const { event_id: eventId } = await line.event('session.update', 3);
    line.fail({ code: 'invalid_value', message: 'no', event_id: eventId });
    await next(session, 'error');
    expect(Object.keys(session.tools.functionTools)).toEqual(['weather']);
  });
});

describe('a reply of its own kind', () => {
  test('has its own tools and tool choice, in the form of the API, and the session keeps its', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const asked = session.generateReply('Look it up.', {
      tools: [weather],
      toolChoice: { type: 'function', function: { name: 'weather' } },
    });
    const create = await line.event('response.create');
    expect(create.response).toMatchObject({
      tools: [{ type: 'function', name: 'weather' }],
      tool_choice: { type: 'function', name: 'weather' },
    });
    line.created('r1', create);
    await asked;
    line.done('r1');
    const second = session.generateReply();
    const plain = await line.event('response.create', 2);
    expect(Object.keys(plain.response)).toEqual(['metadata']);
    line.created('r2', plain);
    await second;
    expect(line.all('session.update')).toHaveLength(1);
  });

  test('with a tool choice that is none is refused before anything is sent', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    await expect(session.generateReply('', { toolChoice: 'perhaps' as 'auto' })).rejects.toThrow(/toolChoice/);
    expect(line.types).not.toContain('response.create');
  });
});
