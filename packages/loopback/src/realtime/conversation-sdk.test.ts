import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import type { SdkConversation } from '../__fixtures__/sdk-realtime.ts';
import { listenTo, microphone, millisecondsOf, silence } from '../__fixtures__/speech.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

const WEATHER_TOOL = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
} as const;

let certificate: TestCertificate;
let cloud: Loopback;
let sdk: SdkConversation;

beforeAll(async () => {
  certificate = await createCertificate();
  cloud = await startLoopback({
    voice: 'plain',
    tls: certificate.tls,
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
  });
});
afterAll(() => cloud.close());

beforeEach(async () => {
  sdk = connectSdk({ url: cloud.url, ca: certificate.ca }, { model: 'gpt-realtime' });
  await sdk.next('session.created');
});
afterEach(() => sdk.close());

const say = (text: string): void =>
  sdk.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  });

const speak = async (text: string, options?: Parameters<typeof microphone>[1]): Promise<void> => {
  for (const audio of await microphone(text, options)) sdk.send({ type: 'input_audio_buffer.append', audio });
};

const configure = async (
  session: Omit<Parameters<typeof sdk.send>[0] & { type: 'session.update' }, 'type'>['session'],
) => {
  sdk.send({ type: 'session.update', session });
  return (await sdk.next('session.updated')).session;
};

describe('a conversation in text', () => {
  test('has every event of a response, in the order of the live service', async () => {
    await configure({ type: 'realtime', output_modalities: ['text'] });
    say('How is the sea?');
    sdk.send({ type: 'response.create' });
    const { response } = await sdk.next('response.done');
    await sdk.next('rate_limits.updated');

    expect(response).toMatchObject({ status: 'completed', output_modalities: ['text'] });
    expect(response.usage?.total_tokens).toBe(response.usage!.input_tokens! + response.usage!.output_tokens!);
    const types = sdk.events.map(({ type }) => type);
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      'session.created',
      'session.updated',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    const deltas = sdk.all('response.output_text.delta').map(({ delta }) => delta);
    expect(deltas.join('')).toBe('You said: How is the sea?');
    expect(deltas.length).toBeGreaterThan(3);
  });

  test('per-response settings hold for that response only', async () => {
    sdk.send({
      type: 'response.create',
      response: { instructions: 'Say "Good morning."', output_modalities: ['text'], metadata: { turn: 'first' } },
    });
    const first = await sdk.next('response.done');
    expect(first.response.metadata).toEqual({ turn: 'first' });
    expect(first.response.output).toMatchObject([{ content: [{ type: 'output_text', text: 'Good morning.' }] }]);
    say('And you?');
    sdk.send({ type: 'response.create' });
    const second = await sdk.next('response.done');
    expect(second.response).toMatchObject({ metadata: null, output_modalities: ['audio'] });
    expect(second.response.output).toMatchObject([{ content: [{ transcript: 'You said: And you?' }] }]);
  });

  test('a response outside the conversation leaves no trace in it and may run beside another', async () => {
    await configure({ type: 'realtime', output_modalities: ['text'] });
    say('Count me in.');
    sdk.send({ type: 'response.create' });
    sdk.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Classify this.' }] }],
      },
    });
    const responses = [(await sdk.next('response.done')).response, (await sdk.next('response.done')).response];
    const [outside] = responses.filter(({ conversation_id }) => conversation_id === null);
    expect(outside?.output).toMatchObject([{ content: [{ text: 'You said: Classify this.' }] }]);
    const added = sdk.all('conversation.item.added').map(({ item }) => item.id);
    expect(added).toHaveLength(2);
    expect(added).not.toContain(outside?.output?.[0]?.id);
  });

  test('max_output_tokens cuts a response short and says so', async () => {
    say('Tell me a story.');
    sdk.send({ type: 'response.create', response: { max_output_tokens: 3, output_modalities: ['text'] } });
    const { response } = await sdk.next('response.done');
    expect(response).toMatchObject({
      status: 'incomplete',
      status_details: { type: 'incomplete', reason: 'max_output_tokens' },
      output: [{ status: 'incomplete', content: [{ text: 'Once upon a ' }] }],
    });
  });
});

describe('a conversation in speech', () => {
  test('turn detection hears a turn and the reply can be understood word by word', async () => {
    await configure({ type: 'realtime', audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe' } } } });
    await speak('Good evening, operator.');

    const started = await sdk.next('input_audio_buffer.speech_started');
    const stopped = await sdk.next('input_audio_buffer.speech_stopped');
    expect(started.audio_start_ms).toBe(0);
    expect(stopped.audio_end_ms).toBeGreaterThanOrEqual(200 + 23 * 40 + 200);
    const committed = await sdk.next('input_audio_buffer.committed');
    expect([started.item_id, stopped.item_id]).toEqual([committed.item_id, committed.item_id]);
    const transcript = await sdk.next('conversation.item.input_audio_transcription.completed');
    expect(transcript).toMatchObject({ item_id: committed.item_id, transcript: 'Good evening, operator.' });
    const transcriptDeltas = sdk.all('conversation.item.input_audio_transcription.delta');
    expect(transcriptDeltas.map(({ delta }) => delta).join('')).toBe('Good evening, operator.');

    const { response } = await sdk.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ transcript: 'You said: Good evening, operator.' }] }]);
    const audio = sdk.all('response.output_audio.delta');
    expect(await listenTo(audio)).toBe('You said: Good evening, operator.');
    expect(new Set(audio.slice(0, -1).map((delta) => millisecondsOf([delta])))).toEqual(new Set([100]));
    const words = sdk.all('response.output_audio_transcript.delta').map(({ delta }) => delta);
    expect(words.join('')).toBe('You said: Good evening, operator.');
  });

  test('audio sent as one long append is still two turns', async () => {
    await configure({
      type: 'realtime',
      audio: { input: { turn_detection: { type: 'server_vad', create_response: false } } },
    });
    const pieces = [...(await microphone('The first turn.')), ...(await microphone('The second turn.'))];
    const audio = Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64'))).toString('base64');
    sdk.send({ type: 'input_audio_buffer.append', audio });
    await sdk.next('input_audio_buffer.committed');
    await sdk.next('input_audio_buffer.committed');
    sdk.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    const { response } = await sdk.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ text: 'You said: The second turn.' }] }]);
  });

  test('without turn detection nothing happens until the client commits and asks', async () => {
    await configure({ type: 'realtime', audio: { input: { turn_detection: null } } });
    await speak('Push to talk.');
    sdk.send({ type: 'input_audio_buffer.commit' });
    const { item_id } = await sdk.next('input_audio_buffer.committed');
    expect(sdk.all('input_audio_buffer.speech_started')).toEqual([]);
    sdk.send({ type: 'conversation.item.retrieve', item_id });
    const { item } = await sdk.next('conversation.item.retrieved');
    expect(item).toMatchObject({ id: item_id, role: 'user', content: [{ type: 'input_audio' }] });
    const { content } = item as { content: { audio?: string }[] };
    expect(await listenTo([{ delta: content[0]!.audio! }])).toBe('Push to talk.');
    expect(sdk.all('response.created')).toEqual([]);
    sdk.send({ type: 'response.create' });
    const { response } = await sdk.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ transcript: 'You said: Push to talk.' }] }]);
  });

  test('cleared audio is forgotten', async () => {
    await configure({ type: 'realtime', audio: { input: { turn_detection: null } } });
    await speak('Never mind.');
    sdk.send({ type: 'input_audio_buffer.clear' });
    await sdk.next('input_audio_buffer.cleared');
    await speak('Listen to this.');
    sdk.send({ type: 'input_audio_buffer.commit' });
    sdk.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    const { response } = await sdk.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ text: 'You said: Listen to this.' }] }]);
  });

  test('semantic turn detection answers a finished sentence sooner than an open one', async () => {
    const input = { turn_detection: { type: 'semantic_vad', eagerness: 'high', create_response: false } } as const;
    await configure({ type: 'realtime', audio: { input } });
    const spokenMs = (text: string): number => text.length * 40;
    await speak('I am done.', { leadMs: 0, tailMs: 1_000 });
    const finished = await sdk.next('input_audio_buffer.speech_stopped');
    await speak('I am not, uhm', { leadMs: 0, tailMs: 1_000 });
    const open = await sdk.next('input_audio_buffer.speech_stopped');
    const finishedWait = finished.audio_end_ms - spokenMs('I am done.');
    const openWait = open.audio_end_ms - spokenMs('I am done.') - 1_000 - spokenMs('I am not, uhm');
    expect(finishedWait).toBeLessThan(openWait);
  });

  test('G.711 carries both sides at 8 kHz', async () => {
    await configure({
      type: 'realtime',
      audio: {
        input: { format: { type: 'audio/pcmu' }, turn_detection: null },
        output: { format: { type: 'audio/pcma' } },
      },
    });
    say('Call me.');
    sdk.send({ type: 'response.create' });
    await sdk.next('response.done');
    const [first] = sdk.all('response.output_audio.delta');
    expect(Buffer.from(first!.delta, 'base64')).toHaveLength(800);
  });

  test('the voice cannot change once it has been heard', async () => {
    await configure({ type: 'realtime', audio: { output: { voice: 'cedar' } } });
    say('Speak up.');
    sdk.send({ type: 'response.create' });
    await sdk.next('response.done');
    sdk.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'cedar' } } } });
    await sdk.next('session.updated');
    sdk.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'ash' } } } });
    const { error } = await sdk.next('error');
    expect(error).toMatchObject({ code: 'cannot_update_voice', param: 'session.audio.output.voice' });
  });
});

describe('tools', () => {
  test('a call, its result and the reply to it', async () => {
    await configure({ type: 'realtime', output_modalities: ['text'], tools: [WEATHER_TOOL] });
    say('What is the weather in Lisbon?');
    sdk.send({ type: 'response.create' });
    const called = await sdk.next('response.function_call_arguments.done');
    expect(called).toMatchObject({ name: 'get_weather', arguments: '{"city":"Lisbon"}' });
    const { response } = await sdk.next('response.done');
    expect(response.output).toMatchObject([{ type: 'function_call', call_id: called.call_id, status: 'completed' }]);

    sdk.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: called.call_id, output: 'Nineteen degrees and windy.' },
    });
    sdk.send({ type: 'response.create' });
    const reply = await sdk.next('response.done');
    expect(reply.response.output).toMatchObject([{ content: [{ text: 'Nineteen degrees and windy.' }] }]);
  });

  test('tool_choice none keeps the model from calling, a named function makes it call', async () => {
    await configure({ type: 'realtime', output_modalities: ['text'], tools: [WEATHER_TOOL] });
    say('What is the weather in Lisbon?');
    sdk.send({ type: 'response.create', response: { tool_choice: 'none' } });
    expect((await sdk.next('response.done')).response.output).toMatchObject([{ type: 'message' }]);
    say('Hello there.');
    sdk.send({ type: 'response.create', response: { tool_choice: { type: 'function', name: 'get_weather' } } });
    expect((await sdk.next('response.done')).response.output).toMatchObject([{ type: 'function_call' }]);
  });
});

describe('the items of a conversation', () => {
  const create = (id: string, text: string, previous_item_id?: string): void =>
    sdk.send({
      type: 'conversation.item.create',
      previous_item_id,
      item: { id, type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });

  test('are inserted at the end, at the root and after another one', async () => {
    create('item_b', 'b');
    create('item_a', 'a', 'root');
    create('item_c', 'c', 'item_b');
    create('item_ab', 'ab', 'item_a');
    const previous: Record<string, string | null | undefined> = {};
    for (let count = 0; count < 4; count += 1) {
      const { item, previous_item_id } = await sdk.next('conversation.item.added');
      previous[item.id!] = previous_item_id;
    }
    expect(previous).toEqual({ item_b: null, item_a: null, item_c: 'item_b', item_ab: 'item_a' });
  });

  test('are deleted', async () => {
    create('item_a', 'a');
    sdk.send({ type: 'conversation.item.delete', item_id: 'item_a' });
    expect(await sdk.next('conversation.item.deleted')).toMatchObject({ item_id: 'item_a' });
    sdk.send({ type: 'conversation.item.retrieve', item_id: 'item_a' });
    expect((await sdk.next('error')).error.code).toBe('item_retrieve_invalid_item_id');
  });

  test('are referred to by a response of its own context', async () => {
    create('item_a', 'The first one.');
    create('item_b', 'The second one.');
    sdk.socket.sendResponseCreate({
      type: 'response.create',
      response: { output_modalities: ['text'], input: [{ type: 'item_reference', id: 'item_a' }] },
    });
    const { response } = await sdk.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ text: 'You said: The first one.' }] }]);
  });

  test('audio in an item is heard', async () => {
    const audio = Buffer.concat((await microphone('From a file.')).map((piece) => Buffer.from(piece, 'base64')));
    sdk.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio: audio.toString('base64') }] },
    });
    sdk.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    const { response } = await sdk.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ text: 'You said: From a file.' }] }]);
  });
});

test('silence alone starts nothing', async () => {
  sdk.send({ type: 'input_audio_buffer.append', audio: silence(2_000) });
  sdk.send({ type: 'input_audio_buffer.clear' });
  await sdk.next('input_audio_buffer.cleared');
  expect(sdk.events.map(({ type }) => type)).toEqual(['session.created', 'input_audio_buffer.cleared']);
});
