import { llm } from '@livekit/agents';
import type { metrics } from '@livekit/agents';
import { describe, expect, test, vi } from 'vitest';
import { weather } from '../__fixtures__/weather.ts';
import { callFrom, collect, next, useBench, wrapped } from './__fixtures__/live-test.ts';
import type { GPTLiveDelegation } from './receiving-session.ts';

const bench = useBench();

function output(callId: string, text: string): llm.FunctionCallOutput {
  return llm.FunctionCallOutput.create({ callId, output: text, isError: false });
}

describe('the backend', () => {
  test('goes on once, when every call has its output and nothing runs', async () => {
    const session = await bench.open({}, { tools: new llm.ToolContext([weather]) });
    const calls = collect<llm.FunctionCall>(session, 'function_call');
    const line = await bench.start();
    line.send(wrapped({ type: 'response.created', response: { id: 'r1' } }));
    line.send(wrapped(callFrom('c1', 'weather', '{"city":"Bath"}')));
    line.send(wrapped(callFrom('c2', 'weather', '')));
    line.send(wrapped(callFrom('c2', 'weather', '')));
    line.send(wrapped(callFrom('c3', 'weather', null), 'dlg_2'));
    line.send(wrapped({ type: 'response.output_item.done', item: { type: 'function_call', name: 'x' } }));
    line.send(wrapped({ type: 'response.output_item.done', item: null }));
    await vi.waitFor(() => expect(calls).toHaveLength(3));
    expect(calls.map(({ callId, args }) => [callId, args])).toEqual([
      ['c1', '{"city":"Bath"}'],
      ['c2', '{}'],
      ['c3', '{}'],
    ]);
    await session._appendItems([output('c1', 'rain'), output('c2', 'sun')]);
    line.send(wrapped({ type: 'response.completed', response: { id: 'r1' } }));
    await line.event('response.item.create', 2);
    session.sendEvent({ type: 'marker' });
    await line.event('marker');
    expect(line.all('response.create')).toHaveLength(0);
    await session._appendItems([output('c3', 'hail')]);
    await line.event('response.create');
    expect(line.all('response.item.create').map(({ item }) => item as object)).toEqual([
      { type: 'function_call_output', call_id: 'c1', output: 'rain' },
      { type: 'function_call_output', call_id: 'c2', output: 'sun' },
      { type: 'function_call_output', call_id: 'c3', output: 'hail' },
    ]);
    expect(line.all('response.create')).toHaveLength(1);
  });

  test('a result that comes after its response failed is told to the voice instead', async () => {
    const session = await bench.open({}, { tools: new llm.ToolContext([weather]) });
    const line = await bench.start();
    line.send(wrapped({ type: 'response.created' }));
    line.send(wrapped(callFrom('c1', 'weather', '{}')));
    line.send(wrapped({ type: 'response.failed', response: { error: { message: 'no' } } }));
    line.send({ type: 'session.usage.updated', usage: { seconds: 1 } });
    await next(session, 'metrics_collected');
    await session._appendItems([output('c1', 'rain')]);
    expect((await line.event('session.thinking.append')).content).toContain('rain');
    expect(line.all('response.item.create')).toHaveLength(0);
  });

  test('a continuation that is refused for a call we never heard of is made with the next output', async () => {
    const session = await bench.open({}, { tools: new llm.ToolContext([weather]) });
    const line = await bench.start();
    line.send(wrapped(callFrom('c1', 'weather', '{}')));
    await next(session, 'function_call');
    await session._appendItems([output('c1', 'rain')]);
    const { event_id } = await line.event('response.create');
    line.send({ type: 'error', error: { code: 'function_call_outputs_required', client_event_id: event_id } });
    line.send(wrapped(callFrom('c2', 'weather', '{}')));
    await next(session, 'function_call');
    await session._appendItems([output('c2', 'sun')]);
    await line.event('response.create', 2);
    expect(bench.errors).toEqual([]);
  });

  test('is told its tools and choice while the session runs; the voice keeps its instructions', async () => {
    const session = await bench.open();
    const line = await bench.start();
    await session._updateTools(new llm.ToolContext([weather]));
    session._updateOptions({ toolChoice: { type: 'function', function: { name: 'weather' } } });
    expect(session.tools.flatten()).toHaveLength(1);
    const updates = [await line.event('session.update', 1), await line.event('session.update', 2)];
    expect(updates.map(({ session: { delegation } }) => delegation as object)).toEqual([
      { type: 'responses', responses: { tools: [expect.objectContaining({ name: 'weather' })] } },
      { type: 'responses', responses: { tool_choice: { type: 'function', name: 'weather' } } },
    ]);
    await expect(session._updateInstructions('Other.')).rejects.toThrow('appendInstructions');
    await session._updateInstructions('Be kind.');
  });

  test('its tokens and the seconds of the voice are metrics, each told once', async () => {
    const session = await bench.open({ responsesOptions: { model: 'gpt-5-mini' } });
    const told = collect<metrics.RealtimeModelMetrics | metrics.LLMMetrics>(session, 'metrics_collected');
    const line = await bench.start();
    line.send({ type: 'session.usage.updated', usage: { seconds: 10 } });
    for (const seconds of [undefined, 'ten', 4]) line.send({ type: 'session.usage.updated', usage: { seconds } });
    line.send({ type: 'session.usage.updated', usage: { seconds: 12.5 }, context_window: null });
    const usage = { input_tokens: 7, input_tokens_details: { cached_tokens: 2 }, output_tokens: 3, total_tokens: 10 };
    line.send(wrapped({ type: 'response.completed', response: { id: 'resp_1', usage } }));
    await vi.waitFor(() => expect(told).toHaveLength(4));
    expect(told[0]).toMatchObject({ type: 'realtime_model_metrics', acquireTimeMs: expect.any(Number) as number });
    expect(told.slice(1, 3)).toMatchObject([
      { requestId: 'live_1', sessionDurationMs: 10_000, metadata: { modelName: 'gpt-live-1' } },
      { requestId: 'live_1', sessionDurationMs: 2_500 },
    ]);
    expect(told[3]).toMatchObject({
      type: 'llm_metrics',
      requestId: 'resp_1',
      promptTokens: 7,
      promptCachedTokens: 2,
      completionTokens: 3,
      metadata: { modelName: 'gpt-5-mini' },
    });
  });
});

describe('client delegation', () => {
  test('is told with what the caller is saying, and answered by its id, also in parts', async () => {
    const session = await bench.open({ delegation: 'client' });
    const delegations = collect<GPTLiveDelegation>(session, 'delegation_created');
    const line = await bench.start();
    expect((await line.event('session.start')).session.delegation).toEqual({ type: 'client' });
    line.send({ type: 'session.input_transcript.delta', delta: 'Book a table' });
    line.send({ type: 'session.delegation.created', delegation: { id: 'dlg_1', target: 'client' } });
    line.send({ type: 'session.delegation.created', delegation: { id: 'dlg_2', target: 'responses' } });
    line.send({ type: 'session.delegation.created', delegation: { target: 'client' } });
    line.send({ type: 'session.delegation.created' });
    line.send({ type: 'session.usage.updated', usage: { seconds: 1 } });
    await next(session, 'metrics_collected');
    expect(delegations).toEqual([{ id: 'dlg_1', pendingTranscript: 'Book a table' }]);
    session.appendThinking('Looking.', { delegationId: 'dlg_1' });
    session.appendCommentary('Seven it is.', { delegationId: 'dlg_1' });
    session.appendCommentary('For two.', { delegationId: 'dlg_1' });
    session.appendCommentary('For nobody.', { delegationId: 'dlg_none' });
    session.appendCommentary('Unasked.', { delegationId: null });
    await line.event('session.commentary.append', 3);
    expect(line.received.filter(({ delegation_id }) => delegation_id !== undefined)).toMatchObject([
      { type: 'session.thinking.append', delegation_id: 'dlg_1', content: 'Looking.' },
      { type: 'session.commentary.append', delegation_id: 'dlg_1', content: 'Seven it is.' },
      { type: 'session.commentary.append', delegation_id: 'dlg_1', content: 'For two.' },
      { type: 'session.commentary.append', delegation_id: null, content: 'Unasked.' },
    ]);
  });

  test('an agent with tools is refused by name, before anything is dialled', async () => {
    const session = bench.session({ delegation: 'client' });
    const configured = session._updateSession('', undefined, new llm.ToolContext([weather]));
    await expect(configured).rejects.toThrow(/weather.*responses/);
    await bench.clock.advance(1_000);
    expect(bench.service.lines).toHaveLength(0);
    await session.close();
  });
});
