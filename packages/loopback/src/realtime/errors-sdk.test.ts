import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import type { SdkConversation } from '../__fixtures__/sdk-realtime.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let certificate: TestCertificate;
let cloud: Loopback;
let sdk: SdkConversation;

beforeAll(async () => {
  certificate = await createCertificate();
  cloud = await startLoopback({ voice: 'plain', tls: certificate.tls });
});
afterAll(() => cloud.close());
beforeEach(async () => {
  sdk = connectSdk({ url: cloud.url, ca: certificate.ca }, { model: 'gpt-realtime' });
  await sdk.next('session.created');
});
afterEach(() => sdk.close());

const update = (session: object): object => ({ type: 'session.update', session: { type: 'realtime', ...session } });
const item = (item: object, previous_item_id?: string): object => ({
  type: 'conversation.item.create',
  item,
  previous_item_id,
});
const text = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] };

const refusals: [name: string, event: object, error: object][] = [
  [
    'an event nobody knows',
    { type: 'session.upgrade' },
    {
      code: 'invalid_value',
      param: 'type',
      message: expect.stringMatching(
        /^Invalid value: 'session.upgrade'. Supported values are: 'session.update', .*, and 'response.cancel'\.$/,
      ),
    },
  ],
  ['an event without a type', {}, { code: 'missing_required_parameter', param: 'type' }],
  ['an unknown member', { type: 'response.cancel', id: 'x' }, { code: 'unknown_parameter', param: 'id' }],
  [
    'a session update without its type',
    { type: 'session.update', session: { instructions: 'x' } },
    {
      code: 'missing_required_parameter',
      param: 'session.type',
      message: "Missing required parameter: 'session.type'.",
    },
  ],
  [
    'a session type nobody knows',
    { type: 'session.update', session: { type: 'session' } },
    {
      code: 'invalid_value',
      message: "Invalid value: 'session'. Supported values are: 'realtime' and 'transcription'.",
    },
  ],
  [
    'a transcription update on a conversation',
    { type: 'session.update', session: { type: 'transcription' } },
    { message: 'Passing a transcription session update event to a realtime session is not allowed.' },
  ],
  [
    'a field of the beta API',
    update({ modalities: ['text'] }),
    { code: 'unknown_parameter', param: 'session.modalities', message: "Unknown parameter: 'session.modalities'." },
  ],
  [
    'both modalities',
    update({ output_modalities: ['text', 'audio'] }),
    {
      code: 'invalid_value',
      param: 'session.output_modalities',
      message: expect.stringContaining("['text'] and ['audio']"),
    },
  ],
  [
    'a nested unknown member',
    update({ tools: [{ type: 'function', name: 'f', meta: null }] }),
    { code: 'unknown_parameter', param: 'session.tools[0].meta' },
  ],
  ['a wrong type', update({ instructions: 7 }), { code: 'invalid_type', param: 'session.instructions' }],
  [
    'a voice nobody has',
    update({ audio: { output: { voice: 'nobody' } } }),
    { code: 'invalid_value', param: 'session.audio.output.voice' },
  ],
  [
    'a speed too high',
    update({ audio: { output: { speed: 2 } } }),
    { code: 'decimal_above_max_value', param: 'session.audio.output.speed' },
  ],
  [
    'another sample rate',
    update({ audio: { input: { format: { type: 'audio/pcm', rate: 16_000 } } } }),
    { code: 'integer_below_min_value', param: 'session.audio.input.format.rate' },
  ],
  [
    'a turn detection nobody knows',
    update({ audio: { input: { turn_detection: { type: 'psychic_vad' } } } }),
    { code: 'invalid_value', param: 'session.audio.input.turn_detection.type' },
  ],
  [
    'a setting of the other turn detection',
    update({ audio: { input: { turn_detection: { type: 'semantic_vad', threshold: 0.5 } } } }),
    { code: 'unknown_parameter', param: 'session.audio.input.turn_detection.threshold' },
  ],
  [
    'an idle timeout too short',
    update({ audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 10 } } } }),
    { code: 'integer_below_min_value', param: 'session.audio.input.turn_detection.idle_timeout_ms' },
  ],
  [
    'a commit of nothing',
    { type: 'input_audio_buffer.commit' },
    {
      code: 'input_audio_buffer_commit_empty',
      message:
        'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 0.00ms of audio.',
    },
  ],
  [
    'audio that is not base64',
    { type: 'input_audio_buffer.append', audio: '%%%' },
    { code: 'invalid_value', param: 'audio' },
  ],
  [
    'more audio than 15 MiB',
    { type: 'input_audio_buffer.append', audio: 'A'.repeat(20_971_524) },
    { code: 'string_above_max_length', param: 'audio' },
  ],
  [
    'append without audio',
    { type: 'input_audio_buffer.append' },
    { code: 'missing_required_parameter', param: 'audio' },
  ],
  [
    'an item after one that is not there',
    item(text, 'item_missing'),
    { code: 'item_create_invalid_previous_item_id', message: expect.stringContaining("'item_missing'") },
  ],
  [
    'an item id that is too long',
    item({ ...text, id: 'i'.repeat(33) }),
    { code: 'string_above_max_length', param: 'item.id' },
  ],
  ['an item type nobody knows', item({ type: 'song' }), { code: 'invalid_value', param: 'item.type' }],
  [
    'content that the role cannot have',
    item({ type: 'message', role: 'assistant', content: [{ type: 'input_text', text: 'x' }] }),
    { code: 'invalid_value', param: 'item.content[0].type' },
  ],
  [
    'a result without its call',
    item({ type: 'function_call_output', call_id: 'call_missing', output: '' }),
    { code: 'invalid_tool_call_id', message: "Tool call ID 'call_missing' not found in conversation." },
  ],
  [
    'deleting what is not there',
    { type: 'conversation.item.delete', item_id: 'gone' },
    { code: 'item_delete_invalid_item_id' },
  ],
  [
    'retrieving what is not there',
    { type: 'conversation.item.retrieve', item_id: 'gone' },
    { code: 'item_retrieve_invalid_item_id' },
  ],
  [
    'truncating what is not there',
    { type: 'conversation.item.truncate', item_id: 'gone', content_index: 0, audio_end_ms: 0 },
    { code: 'item_truncate_invalid_item_id' },
  ],
  ['cancelling nothing', { type: 'response.cancel' }, { code: 'response_cancel_not_active' }],
  [
    'a reference to what is not there',
    { type: 'response.create', response: { input: [{ type: 'item_reference', id: 'gone' }] } },
    { code: 'invalid_value', param: 'response.input[0].id' },
  ],
  [
    'a wrong member of a response',
    { type: 'response.create', response: { temperature: 1 } },
    { code: 'unknown_parameter', param: 'response.temperature' },
  ],
];

test.each(refusals)(
  '%s is refused in the shape of the service, and the session goes on',
  async (_name, event, error) => {
    sdk.send({ event_id: 'evt_of_the_client', ...event } as Parameters<typeof sdk.send>[0]);
    const refusal = await sdk.next('error');
    expect(refusal.error).toMatchObject({ type: 'invalid_request_error', event_id: 'evt_of_the_client', ...error });
    expect(Object.keys(refusal.error).sort()).toEqual(['code', 'event_id', 'message', 'param', 'type']);
    // The SDK hands it to its error listener as the same.
    expect(sdk.errors.at(-1)?.error).toEqual(refusal.error);
    sdk.send({ type: 'input_audio_buffer.clear' });
    await sdk.next('input_audio_buffer.cleared');
  },
);

test('an event without an id is refused without one', async () => {
  sdk.send({ type: 'response.cancel' });
  expect((await sdk.next('error')).error.event_id).toBeNull();
});

test('truncating a message that is not speech is refused', async () => {
  sdk.send(item({ ...text, id: 'item_text' }) as Parameters<typeof sdk.send>[0]);
  sdk.send({ type: 'conversation.item.truncate', item_id: 'item_text', content_index: 0, audio_end_ms: 0 });
  expect((await sdk.next('error')).error).toMatchObject({ code: 'invalid_value', param: 'item_id' });
});

test('an item id can be used once', async () => {
  const event = item({ ...text, id: 'item_twice' }) as Parameters<typeof sdk.send>[0];
  sdk.send(event);
  sdk.send(event);
  expect((await sdk.next('error')).error).toMatchObject({ param: 'item.id' });
});

test('a refused update changes nothing', async () => {
  sdk.send(update({ instructions: 'Be brief.', audio: { output: { speed: 9 } } }) as Parameters<typeof sdk.send>[0]);
  await sdk.next('error');
  sdk.send(update({}) as Parameters<typeof sdk.send>[0]);
  const { session } = await sdk.next('session.updated');
  expect(session).toMatchObject({ instructions: '', audio: { output: { speed: 1 } } });
});

test('frames that are not events are refused by name', async () => {
  sdk.socket.socket.send('{"type":');
  expect((await sdk.next('error')).error).toMatchObject({ code: 'invalid_json' });
  sdk.socket.socket.send(Buffer.from('{}'));
  expect((await sdk.next('error')).error).toMatchObject({
    code: 'invalid_event',
    message: 'Expected a text WebSocket message; binary frames are not supported.',
  });
});
