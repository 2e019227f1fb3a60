import { llm } from '@livekit/agents';
import { describe, expect, test, vi } from 'vitest';
import { weather } from '../__fixtures__/weather.ts';
import { message, next, useBench } from './__fixtures__/realtime-test.ts';
import type { Event, Line } from './__fixtures__/scripted-service.ts';
import type { RealtimeModel } from './realtime-model.ts';

const bench = useBench();

function contextOf(...items: llm.ChatItem[]): llm.ChatContext {
  return new llm.ChatContext(items);
}

/** What the service was told to make of the conversation. */
function told(line: Line): Event[] {
  return line.received.filter((event) => (event.type as string).startsWith('conversation.item.'));
}

describe('the start of a session', () => {
  test('is one session.update with instructions and tools, and then the conversation', async () => {
    const session = bench.open();
    const chatCtx = contextOf(message('system', 'You are polite.', 's1'), message('user', 'Hello?', 'u1'));
    await session._updateSession('Be kind.', chatCtx, new llm.ToolContext([weather]));
    const line = await bench.service.line();
    await line.event('conversation.item.create', 2);
    expect(line.types).toEqual(['session.update', 'conversation.item.create', 'conversation.item.create']);
    const { session: config } = await line.event('session.update');
    expect(config).toMatchObject({
      type: 'realtime',
      instructions: 'Be kind.',
      output_modalities: ['audio'],
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          transcription: { model: 'gpt-4o-mini-transcribe' },
          turn_detection: {
            type: 'semantic_vad',
            eagerness: 'medium',
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { voice: 'marin' },
      },
      max_output_tokens: 'inf',
      tool_choice: 'auto',
    });
    expect(config.tools).toMatchObject([{ type: 'function', name: 'weather', description: 'The weather of a city' }]);
    expect(config.tools[0].parameters.$schema).toBeUndefined();
    expect(Object.keys(config)).not.toContain('tracing');
  });

  test('null switches off what absence leaves to the service (pain 31)', async () => {
    bench.open({ turnDetection: null, inputAudioTranscription: null });
    const { session: config } = await (await bench.service.line()).event('session.update');
    expect(config.audio.input).toMatchObject({ turn_detection: null, transcription: null });
    expect(Object.keys(config.audio.input)).not.toContain('noise_reduction');
  });

  test('the preview API of Azure gets its flat form, its text and its query', async () => {
    const session = bench.open({
      baseURL: bench.service.url.replace('/v1', ''),
      azureDeployment: 'my-realtime',
      apiVersion: '2025-04-01-preview',
      apiKey: 'azure-key',
    });
    await session.updateChatCtx(contextOf(message('assistant', 'Hi.', 'a1')));
    const line = await bench.service.line();
    expect(line.request.url).toBe('/realtime?api-version=2025-04-01-preview&deployment=my-realtime');
    expect(line.request.headers['api-key']).toBe('azure-key');
    const { session: config } = await line.event('session.update');
    expect(config).toMatchObject({ modalities: ['text', 'audio'], voice: 'marin', input_audio_format: 'pcm16' });
    expect(config.type).toBeUndefined();
    expect((await line.event('conversation.item.create')).item.content).toEqual([{ type: 'text', text: 'Hi.' }]);
  });
});

describe('pain 30: options', () => {
  test.each([
    [undefined, true],
    [null, false],
    [{ type: 'server_vad' as const, create_response: false }, false],
    [{ type: 'server_vad' as const }, true],
  ])('turn detection %o: the capability is %s', (turnDetection, expected) => {
    const session = bench.open({ turnDetection });
    expect(session.realtimeModel.capabilities.turnDetection).toBe(expected);
  });

  test('a change tells the service what changed and nothing else', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    session.updateOptions({ turnDetection: { type: 'server_vad', silence_duration_ms: 700 }, speed: 1.2 });
    expect((await line.event('session.update', 2)).session).toEqual({
      type: 'realtime',
      audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 700 } }, output: { speed: 1.2 } },
    });
    session.updateOptions({ speed: 1.2 });
    await session.updateInstructions('new');
    expect((await line.event('session.update', 3)).session).toEqual({ type: 'realtime', instructions: 'new' });
  });
});

test('options of the model reach the sessions that are open and those to come', async () => {
  const session = bench.open();
  const line = await bench.service.line();
  await line.event('session.update');
  const model = session.realtimeModel as RealtimeModel;
  model.updateOptions({ turnDetection: null });
  expect((await line.event('session.update', 2)).session.audio.input).toEqual({ turn_detection: null });
  expect(model.capabilities.turnDetection).toBe(false);
  model.session();
  const { session: config } = await (await bench.service.line(2)).event('session.update');
  expect(config.audio.input.turn_detection).toBeNull();
});

describe('pain 22: the context', () => {
  test('the first item goes in front of everything by the name of root, the others behind their predecessors', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    await session.updateChatCtx(contextOf(message('user', 'one', 'u1'), message('assistant', 'two', 'a1')));
    expect(told(line).map((event) => [event.item.id, event.previous_item_id])).toEqual([
      ['u1', 'root'],
      ['a1', 'u1'],
    ]);
    expect(told(line)[1]!.item.content).toEqual([{ type: 'output_text', text: 'two' }]);
    await session.updateChatCtx(contextOf(message('user', 'one', 'u1'), message('user', 'three', 'u3')));
    expect(
      told(line)
        .slice(2)
        .map((event) => [event.type, event.item_id ?? event.item.id]),
    ).toEqual([
      ['conversation.item.delete', 'a1'],
      ['conversation.item.create', 'u3'],
    ]);
    expect(session.chatCtx.items.map(({ id }) => id)).toEqual(['u1', 'u3']);
  });

  test('a refused item settles the update at once, and is not in the conversation', async () => {
    const { session, line } = await bench.unconfirmed();
    const update = session.updateChatCtx(contextOf(message('user', 'one', 'u1')));
    const { event_id: eventId } = await line.event('conversation.item.create');
    line.fail({ type: 'invalid_request_error', code: 'invalid_value', message: 'no', event_id: eventId });
    await update;
    expect(session.chatCtx.items).toEqual([]);
    expect(bench.errors).toEqual([]);
  });

  test('an item whose predecessor the service does not know is sent once more, behind everything', async () => {
    const { session, line } = await bench.unconfirmed();
    const update = session.updateChatCtx(contextOf(message('user', 'one', 'u1')));
    const first = await line.event('conversation.item.create');
    line.fail({ message: 'unknown item', param: 'previous_item_id', event_id: first.event_id });
    const second = await line.event('conversation.item.create', 2);
    expect(second.previous_item_id).toBeUndefined();
    line.send({ type: 'conversation.item.added', previous_item_id: null, item: second.item });
    await update;
    expect(session.chatCtx.items.map(({ id }) => id)).toEqual(['u1']);
  });

  test('a service that never answers is a RealtimeError after five seconds, and the next update still works', async () => {
    const { session, line } = await bench.unconfirmed();
    const update = expect(session.updateChatCtx(contextOf(message('user', 'one', 'u1')))).rejects.toBeInstanceOf(
      llm.RealtimeError,
    );
    await line.event('conversation.item.create');
    await bench.clock.advance(5_000);
    await update;
    const again = session.updateChatCtx(contextOf());
    await line.event('conversation.item.delete');
    line.send({ type: 'conversation.item.deleted', item_id: 'u1' });
    await again;
  });

  test("LiveKit's own notes, empty messages and outputs without their call are not sent (livekit/agents-js#1855)", async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    const call = llm.FunctionCall.create({ id: 'c1', callId: 'call_1', name: 'weather', args: '{}' });
    const output = (callId: string): llm.FunctionCallOutput =>
      llm.FunctionCallOutput.create({ id: `o_${callId}`, callId, output: 'rain', isError: false });
    await session.updateChatCtx(
      contextOf(
        new llm.AgentConfigUpdate({ instructions: 'x' }),
        new llm.AgentHandoffItem({ newAgentId: 'b' }),
        llm.ChatMessage.create({ role: 'user', content: [], id: 'empty' }),
        call,
        output('call_1'),
        output('call_of_yesterday'),
      ),
    );
    expect(told(line).map((event) => event.item.id)).toEqual(['c1', 'o_call_1']);
  });

  test('what LiveKit cannot know yet is not deleted: words without transcript, a reply that has just begun', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    line.add({ id: 'u1', type: 'message', role: 'user', content: [{ type: 'input_audio' }] });
    line.created('r1');
    line.speak('r1', 'm1', 'I am');
    await next(session, 'generation_created');
    await vi.waitFor(() => expect(session.chatCtx.getById('m1')).toBeDefined());
    await session.updateChatCtx(contextOf());
    expect(told(line)).toEqual([]);
    await session.interrupt();
    await session.updateChatCtx(contextOf());
    expect(told(line).map((event) => event.item_id)).toEqual(['m1']);
  });

  test('tools that cannot be described do not lock later updates', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    const broken = new llm.ToolContext([weather]);
    broken.flatten = () => {
      throw new Error('broken');
    };
    broken.copy = () => broken;
    await expect(session.updateTools(broken)).rejects.toThrow('broken');
    await session.updateTools(new llm.ToolContext([weather]));
    expect((await line.event('session.update', 2)).session.tools).toHaveLength(1);
    expect(Object.keys(session.tools.functionTools)).toEqual(['weather']);
  });

  test('a tool that was changed in place is told when it is given again', async () => {
    const session = bench.open();
    const say = llm.tool({ name: 'say', description: 'Says the time.', execute: async () => '' });
    await session.updateTools(new llm.ToolContext([say]));
    const line = await bench.service.line();
    expect((await line.event('session.update')).session.tools).toMatchObject([{ description: 'Says the time.' }]);
    Object.assign(say, { description: 'Says the date.' });
    await session.updateTools(new llm.ToolContext([say]));
    expect((await line.event('session.update', 2)).session.tools).toMatchObject([{ description: 'Says the date.' }]);
  });

  test('pictures of the user are sent as data', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    const image = 'data:image/png;base64,iVBORw0KGgo=';
    await session.updateChatCtx(
      contextOf(
        llm.ChatMessage.create({ id: 'u1', role: 'user', content: ['Look:', llm.createImageContent({ image })] }),
      ),
    );
    expect((await line.event('conversation.item.create')).item.content).toEqual([
      { type: 'input_text', text: 'Look:' },
      { type: 'input_image', image_url: image },
    ]);
  });
});
