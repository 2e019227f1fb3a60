import { OpenAI } from 'openai-7';
import { OpenAIRealtimeTranslationWS } from 'openai-7/realtime/translations/ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCertificate } from '../__fixtures__/certificate.ts';
import type { TestCertificate } from '../__fixtures__/certificate.ts';
import { connectSdk } from '../__fixtures__/sdk-realtime.ts';
import { SdkTranslation } from '../__fixtures__/sdk-translation.ts';
import { listenTo, microphone, millisecondsOf, silence } from '../__fixtures__/speech.ts';
import type { Loopback } from '../cloud.ts';
import { startLoopback } from '../server.ts';

let certificate: TestCertificate;
let cloud: Loopback;
let sdk: SdkTranslation;

beforeAll(async () => {
  certificate = await createCertificate();
  cloud = await startLoopback({
    voice: 'plain',
    tls: certificate.tls,
    keys: ['key-of-the-test'],
    pace: { firstTokenMs: 0, tokenMs: 0, audioMs: 0 },
  });
});
afterAll(() => cloud.close());

beforeEach(async () => {
  sdk = await SdkTranslation.connect({ url: cloud.url, ca: certificate.ca });
  await sdk.next('session.created');
});
afterEach(async () => {
  sdk.socket.close();
  await sdk.closed;
});

const refused = async (event: object): Promise<unknown> => {
  const before = sdk.errors.length;
  sdk.socket.send(event as { type: string });
  await expect.poll(() => sdk.errors.length).toBe(before + 1);
  return sdk.errors.at(-1)!.error;
};

describe('a translation', () => {
  test('is a whole session: configured, heard, spoken, drained and closed', async () => {
    const [created] = sdk.all('session.created');
    expect(created!.session).toMatchObject({
      type: 'translation',
      model: 'gpt-realtime-translate',
      audio: { input: { noise_reduction: null, transcription: null }, output: { language: 'es' } },
    });
    sdk.socket.send({
      type: 'session.update',
      session: {
        audio: { input: { transcription: { model: 'gpt-realtime-whisper' } }, output: { language: 'fr' } },
      },
    });
    const { session } = await sdk.next('session.updated');
    expect(session.audio).toEqual({
      input: { noise_reduction: null, transcription: { model: 'gpt-realtime-whisper' } },
      output: { language: 'fr' },
    });

    sdk.append(await microphone('Good morning. How are you'));
    await sdk.socket.finish({ timeoutMs: 10_000 });

    expect(sdk.transcript('input')).toBe('Good morning. How are you');
    expect(sdk.transcript('output')).toBe('[fr] Good morning. [fr] How are you');
    const audio = sdk.all('session.output_audio.delta');
    expect(await listenTo(audio)).toBe('[fr] Good morning. [fr] How are you');
    expect(audio.every(({ format, channels }) => format === 'pcm16' && channels === 1)).toBe(true);
    expect(sdk.events.at(-1)!.type).toBe('session.closed');
    expect(sdk.errors).toEqual([]);
  });

  test('is spoken while the speaker still speaks, and silence comes for silence', async () => {
    sdk.append(await microphone('Good morning. And now something that takes longer to say.'));
    await expect.poll(() => sdk.transcript('output')).toMatch(/something/);
    const heardMs = sdk.all('session.output_transcript.delta').map(({ elapsed_ms }) => elapsed_ms);
    const audio = sdk.all('session.output_audio.delta');
    // The first sentence takes 520 ms, all of it 2,280 ms.
    expect(heardMs[0]).toBeLessThan(1_200);
    expect(audio[0]).toMatchObject({ elapsed_ms: 200, delta: silence(200) });
    expect(millisecondsOf(audio)).toBe(audio.at(-1)!.elapsed_ms);
  });

  test('stands still when no audio comes, and goes on when it does', async () => {
    sdk.append(await microphone('good morning', { tailMs: 500 }));
    await expect.poll(() => sdk.all('session.output_audio.delta').length).toBe(5);
    expect(sdk.transcript('output')).toBe('');
    sdk.append([silence(200)]);
    await expect.poll(() => sdk.transcript('output')).toBe('[es] good');
    sdk.append([silence(1_000)]);
    await expect.poll(() => sdk.transcript('output')).toBe('[es] good morning');
  });

  test('says nothing for what is in the target language already', async () => {
    sdk.append(await microphone('[es] buenos dias'));
    await sdk.socket.finish({ timeoutMs: 10_000 });
    expect(sdk.transcript('output')).toBe('');
    expect(await listenTo(sdk.all('session.output_audio.delta'))).toBe('');
  });

  test('changes its language in the middle, and keeps the strength of its noise reduction', async () => {
    const audio = { input: { noise_reduction: { type: 'near_field', strength: 0.5 } } } as const;
    sdk.socket.send({ type: 'session.update', session: { audio } });
    await sdk.next('session.updated');
    const update = { input: { noise_reduction: { type: 'far_field' } }, output: { language: 'de' } } as const;
    sdk.socket.send({ type: 'session.update', session: { audio: update } });
    expect((await sdk.next('session.updated')).session.audio).toEqual({
      input: { noise_reduction: { type: 'far_field', strength: 0.5 }, transcription: null },
      output: { language: 'de' },
    });
    sdk.append(await microphone('good evening'));
    await sdk.socket.finish({ timeoutMs: 10_000 });
    expect(sdk.transcript('output')).toBe('[de] good evening');
    expect(sdk.transcript('input')).toBe('');
  });
});

describe('what the service refuses', () => {
  test.each([
    ['an event of conversations', { type: 'response.create' }, { code: 'invalid_value', param: 'type' }],
    [
      'an update without its wrapper',
      { type: 'session.update' },
      { message: "Missing required parameter: 'session'." },
    ],
    [
      'a language that it does not speak',
      { type: 'session.update', session: { audio: { output: { language: 'zho' } } } },
      {
        code: 'invalid_value',
        param: 'session.audio.output.language',
        message: expect.stringMatching(/^Invalid value: 'zho'\. Supported values are: 'es', .*, and 'en'\.$/),
      },
    ],
    [
      'another model',
      { type: 'session.update', session: { model: 'gpt-realtime' } },
      { code: 'unknown_parameter', param: 'session.model' },
    ],
    [
      'audio that is not base64',
      { type: 'session.input_audio_buffer.append', audio: '***', event_id: 'mine' },
      { code: 'invalid_value', param: 'audio', event_id: 'mine' },
    ],
  ])('%s, and the session goes on', async (_what, event, error) => {
    expect(await refused(event)).toMatchObject({ type: 'invalid_request_error', ...error });
    sdk.socket.send({ type: 'session.update', session: {} });
    await sdk.next('session.updated');
  });

  test('a key that it does not know: an error, then 3000', async () => {
    const stranger = await SdkTranslation.connect({ url: cloud.url, ca: certificate.ca, apiKey: 'wrong' });
    await stranger.closed;
    await expect(stranger.next('session.created')).rejects.toThrow('3000 invalid_request_error.invalid_api_key');
    expect(stranger.errors[0]!.error).toMatchObject({ code: 'invalid_api_key' });
  });

  test.each(['gpt-realtime', 'gpt-realtime-whisper'])('%s as its model', async (model) => {
    const stranger = await SdkTranslation.connect({ url: cloud.url, ca: certificate.ca }, model);
    await expect(stranger.next('session.created')).rejects.toThrow('4000 invalid_request_error.invalid_model');
  });

  test('its model on a conversation', async () => {
    const stranger = connectSdk({ url: cloud.url, ca: certificate.ca }, { model: 'gpt-realtime-translate' });
    await expect(stranger.next('session.created')).rejects.toThrow('4000 invalid_request_error.invalid_model');
  });
});

test('a session says when it ends, and ends then with an error and 1001', async () => {
  const brief = await startLoopback({ voice: 'plain', tls: certificate.tls, sessionMs: 50 });
  const client = new OpenAI({ apiKey: 'any', baseURL: brief.url });
  const options = { ca: certificate.ca };
  const socket = await OpenAIRealtimeTranslationWS.create(client, { model: 'gpt-realtime-translate', options });
  const codes: unknown[] = [];
  socket.on('error', (error) => codes.push(error.error?.code));
  const closed = await new Promise((resolve) => socket.socket.on('close', (code) => resolve(code)));
  expect({ closed, codes: codes[0] }).toEqual({ closed: 1001, codes: 'session_expired' });
  await brief.close();
});
