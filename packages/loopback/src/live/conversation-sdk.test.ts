import type { ResponseStreamEvent } from 'openai-7/resources/responses/responses';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { SdkLive } from '../__fixtures__/sdk-live.ts';
import { listenTo, silence } from '../__fixtures__/speech.ts';
import type { Loopback, MindRequest } from '../cloud.ts';
import { objectOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { scriptedMind } from '../mind/index.ts';
import { startLoopback } from '../server.ts';

const WEATHER_TOOL = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
} as const;

let certificate: TestCertificate;
let cloud: Loopback;
let sdk: SdkLive;
/** What the minds were asked: the voice model's and the backend's. */
const asked: MindRequest[] = [];

beforeAll(async () => {
  certificate = await createCertificate();
  cloud = await startLoopback({
    voice: 'plain',
    tls: certificate.tls,
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
    mind: {
      reply(request) {
        asked.push(request);
        return scriptedMind.reply(request);
      },
    },
  });
});
afterAll(() => cloud.close());
afterEach(async () => {
  asked.length = 0;
  sdk.close();
  await sdk.closed;
});

type Session = Extract<Parameters<SdkLive['send']>[0], { type: 'session.start' }>['session'];

async function start(session: Partial<Session> = {}) {
  sdk = new SdkLive({ url: cloud.url, ca: certificate.ca });
  sdk.send({ type: 'session.start', event_id: 'start_1', session: { model: 'gpt-live-1', ...session } } as never);
  return sdk.next('session.started');
}

test('a whole session: started, a turn by voice, usage, closed', async () => {
  const started = await start({ instructions: 'Be brief.' });
  expect(started).toMatchObject({
    client_event_id: 'start_1',
    session: {
      id: expect.stringMatching(/^live_/) as string,
      model: 'gpt-live-1',
      status: 'active',
      audio: { format: { type: 'audio/pcm', rate: 24_000 }, output: { voice: 'marin' } },
      delegation: { type: 'client' },
    },
  });
  await sdk.speak('Tell me a story.');
  expect(await sdk.spoken()).toContain('Once upon a time a lighthouse keeper kept a garden of radios.');

  const heard = sdk.all('session.input_transcript.delta');
  expect(heard.map(({ delta }) => delta).join('')).toBe('Tell me a story.');
  const said = sdk.all('session.output_transcript.delta');
  expect(said.map(({ delta }) => delta).join('')).toContain('He sang until the morning ships came home.');
  for (const deltas of [heard, said]) {
    for (const [index, { start_ms, end_ms }] of deltas.entries()) {
      expect(end_ms).toBeGreaterThanOrEqual(start_ms);
      expect(start_ms).toBeGreaterThanOrEqual(deltas[index - 1]?.start_ms ?? 0);
    }
  }
  expect(asked[0]).toMatchObject({ model: 'gpt-live-1', instructions: 'Be brief.' });
  const usage = sdk.all('session.usage.updated');
  expect(usage[0]!.usage.seconds).toBe(10);

  sdk.send({ type: 'session.close', event_id: 'close_1' });
  const closed = await sdk.next('session.closed');
  expect(closed).toMatchObject({ reason: 'close_requested', client_event_id: 'close_1' });
  expect(closed.usage.seconds).toBe(sdk.heardMs / 1_000);
  expect((await sdk.closed).code).toBe(1000);
});

test('audio goes out as it comes in: 100 ms for 100 ms, silence included, and nothing by itself', async () => {
  await start();
  sdk.hear(silence(250));
  sdk.send({ type: 'session.input_audio.mute', event_id: 'm' });
  expect((await sdk.next('session.input_audio.muted')).client_event_id).toBe('m');
  expect(sdk.heardMs).toBe(200);
  sdk.hear(silence(50));
  sdk.send({ type: 'session.input_audio.unmute' });
  await sdk.next('session.input_audio.unmuted');
  expect(sdk.heardMs).toBe(300);
  expect(sdk.all('session.output_audio.delta').every(({ delta }) => /^A+=*$/.test(delta))).toBe(true);
});

test('what is said while the input is muted is not heard', async () => {
  await start();
  sdk.send({ type: 'session.input_audio.mute' });
  await sdk.speak('Tell me a story.');
  sdk.send({ type: 'session.input_audio.unmute' });
  await sdk.next('session.input_audio.unmuted');
  await sdk.speak('Goodbye.');
  expect(await sdk.spoken()).toBe('You are welcome. Goodbye!');
  expect(
    sdk
      .all('session.input_transcript.delta')
      .map(({ delta }) => delta)
      .join(''),
  ).toBe('Goodbye.');
});

test('somebody who speaks while it speaks is heard, and it stops', async () => {
  await start();
  await sdk.speak('Tell me a story.');
  for (let pieces = 0; pieces < 5; pieces += 1) {
    await sdk.listening(sdk.next('session.output_transcript.delta'));
  }
  await sdk.speak('Thank you, stop.');
  const words = await sdk.spoken();
  expect(words).toMatch(/You are welcome\. Goodbye!$/);
  expect(words).not.toContain('ships came home');
});

test('a function call of the Responses backend: wrapped events, the output, the continuation, the answer by voice', async () => {
  await start({
    delegation: {
      type: 'responses',
      responses: { model: 'gpt-5.6-luna', instructions: 'Use tools.', tools: [WEATHER_TOOL] },
    },
  });
  await sdk.speak('What is the weather in Bath?');
  const { delegation, offset_ms } = await sdk.listening(sdk.next('session.delegation.created'));
  expect(delegation).toMatchObject({ type: 'delegation', target: 'responses' });
  expect(offset_ms).toBeGreaterThan(0);
  const backend = async (type: ResponseStreamEvent['type']): Promise<JsonObject> => {
    for (;;) {
      const wrapped = await sdk.listening(sdk.next('response.event'));
      expect(wrapped.delegation_id).toBe(delegation.id);
      if (wrapped.event.type === type) return wrapped.event;
    }
  };
  const item = objectOf((await backend('response.output_item.done')).item);
  expect(item).toMatchObject({ type: 'function_call', name: 'get_weather', arguments: '{"city":"Bath"}' });
  const response = objectOf((await backend('response.completed')).response);
  expect(response).toMatchObject({ model: 'gpt-5.6-luna', output: [], tools: [], instructions: null });
  expect(response.usage).toMatchObject({ total_tokens: expect.any(Number) as number });
  expect(asked.at(-1)).toMatchObject({ model: 'gpt-5.6-luna', instructions: 'Use tools.' });
  expect(asked.at(-1)!.turns.at(-1)).toEqual({ role: 'user', text: 'What is the weather in Bath?' });

  sdk.send({ type: 'response.create', event_id: 'too-early' });
  expect((await sdk.next('error')).error).toMatchObject({
    code: 'function_call_outputs_required',
    client_event_id: 'too-early',
  });
  const call_id = item.call_id as string;
  sdk.send({ type: 'response.item.create', item: { type: 'function_call_output', call_id, output: 'Rain all day.' } });
  sdk.send({ type: 'response.create' });
  await backend('response.completed');
  expect(await sdk.spoken()).toMatch(/Rain all day\.$/);
});

test('the backend is configured again while the session runs', async () => {
  await start({ delegation: { type: 'responses', responses: { model: 'gpt-5.6-luna', instructions: 'Old.' } } });
  sdk.send({
    type: 'session.update',
    event_id: 'u',
    session: { delegation: { type: 'responses', responses: { tools: [WEATHER_TOOL] } } },
  });
  const { session, client_event_id } = await sdk.next('session.updated');
  expect(client_event_id).toBe('u');
  expect(session.delegation).toMatchObject({
    type: 'responses',
    responses: { model: 'gpt-5.6-luna', instructions: 'Old.', tools: [{ name: 'get_weather' }] },
  });
});

test('client delegation: the application answers with commentary, which is said', async () => {
  await start({ delegation: { type: 'client' } });
  await sdk.speak('Book a table for two.');
  const { delegation } = await sdk.listening(sdk.next('session.delegation.created'));
  expect(delegation.target).toBe('client');
  sdk.send({ type: 'session.thinking.append', delegation_id: delegation.id, content: 'Looking.', event_id: 't' });
  expect((await sdk.next('session.thinking.appended')).client_event_id).toBe('t');
  sdk.send({ type: 'session.commentary.append', delegation_id: delegation.id, content: 'Seven it is.' });
  await sdk.next('session.commentary.appended');
  expect(await sdk.spoken()).toMatch(/Seven it is\.$/);
  expect(sdk.all('response.event')).toEqual([]);
});

test('history, appended rules and orders reach the mind', async () => {
  await start({
    input: [
      { role: 'user', content: [{ text: 'My name is Ada.' }] },
      { role: 'assistant', content: [{ type: 'output_text', text: 'Hello Ada.' }] },
    ],
  });
  sdk.send({ type: 'session.instructions.append', delegation_id: null, content: 'Never shout.' });
  await sdk.next('session.instructions.appended');
  sdk.send({
    type: 'session.commentary.append',
    delegation_id: null,
    content: 'Greet the caller: say "Good morning, Ada."',
  });
  expect(await sdk.spoken()).toBe('Good morning, Ada.');
  expect(asked[0]!.turns.slice(0, 2)).toEqual([
    { role: 'user', text: 'My name is Ada.' },
    { role: 'assistant', text: 'Hello Ada.' },
  ]);
  expect(asked[0]!.instructions).toContain('Never shout.');
});

test('16 kHz PCM and G.711 in both directions', async () => {
  for (const format of [
    { type: 'audio/pcm', rate: 16_000 },
    { type: 'audio/pcmu', rate: 8_000 },
  ] as const) {
    await start({ audio: { format } });
    const bytes = format.type === 'audio/pcm' ? 3_200 : 800;
    sdk.hear(Buffer.alloc(bytes, format.type === 'audio/pcm' ? 0 : 0xff).toString('base64'));
    const { delta } = await sdk.next('session.output_audio.delta');
    expect(Buffer.from(delta, 'base64')).toHaveLength(bytes);
    sdk.send({ type: 'session.close' });
    await sdk.closed;
  }
});

test('somebody beside the line sees both sides and commands it', async () => {
  const { session } = await start({ delegation: { type: 'client' } });
  const observer = new SdkLive({ url: cloud.url, ca: certificate.ca }, { attach: session.id });
  // Its first command is answered, so it is there.
  observer.send({ type: 'session.input_audio.unmute' });
  await observer.next('session.input_audio.unmuted');
  await sdk.speak('Goodbye.');
  await sdk.spoken();
  const audio = observer.all('session.output_audio.delta');
  expect(audio[1]).toMatchObject({ start_ms: audio[0]!.end_ms });
  expect(await listenTo(audio)).toBe('You are welcome. Goodbye!');
  const reflected = observer.all('session.input_audio.append').map((event) => ({ delta: event.audio }));
  expect(await listenTo(reflected)).toBe('Goodbye.');
  observer.send({ type: 'session.input_audio.append', audio: '' } as never);
  expect((await observer.next('error')).error.message).toContain('primary');
  observer.send({ type: 'session.close' });
  expect((await sdk.next('session.closed')).reason).toBe('close_requested');
  expect((await observer.closed).code).toBe(1000);
});

test('a stored session is forked with what was said in it', async () => {
  const { session } = await start({ store: true, instructions: 'Be kind.' });
  await sdk.speak('Goodbye.');
  await sdk.spoken();
  sdk.send({ type: 'session.close' });
  await sdk.closed;
  sdk = new SdkLive({ url: cloud.url, ca: certificate.ca }, { fork: session.id });
  sdk.send({ type: 'session.start', session: { model: 'gpt-live-1' } } as never);
  expect((await sdk.next('error')).error).toMatchObject({ code: 'unknown_parameter', param: 'session.model' });
  await sdk.closed;
  sdk = new SdkLive({ url: cloud.url, ca: certificate.ca }, { fork: session.id });
  sdk.send({ type: 'session.start', session: {} } as never);
  const forked = await sdk.next('session.started');
  expect(forked.session).toMatchObject({ model: 'gpt-live-1', instructions: 'Be kind.' });
  expect(forked.session.id).not.toBe(session.id);
  asked.length = 0;
  await sdk.speak('Hello.');
  await sdk.spoken();
  expect(asked[0]!.turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
});
