import { inspect } from 'node:util';
import { APIStatusError, type llm } from '@livekit/agents';
import { startLoopback } from '@patchbay/loopback';
import { gateways, PatchbayError } from '@patchbay/ws-url';
import type { ConnectionEvent } from '@patchbay/ws-session';
import { describe, expect, it, test, vi } from 'vitest';
import { heardMs, next, say, sound, useBench, utteranceOf, voiced } from './__fixtures__/translation-bench.ts';
import type { RealtimeTranslationModelOptions } from './options.ts';
import { RealtimeTranslationModel } from './translation-model.ts';

const bench = useBench();
const apiKey = 'sk-crimson-0001';

describe('where and how', () => {
  test('the model is in the URL, the language in the first frame, and the rest only if it was said', async () => {
    bench.open({
      model: 'gpt-realtime-translate-next',
      safetyIdentifier: 'hash-of-a-user',
      headers: { 'x-team': 'a' },
    });
    const line = await bench.service.line();
    expect(line.request.url).toBe('/v1/realtime/translations?model=gpt-realtime-translate-next');
    expect(line.request.headers).toMatchObject({ 'openai-safety-identifier': 'hash-of-a-user', 'x-team': 'a' });
    expect(line.request.headers['openai-beta']).toBeUndefined();
    const update = await line.event('session.update');
    expect(update.session).toEqual({ audio: { output: { language: 'es' } } });
    expect(line.types).toEqual(['session.update']);
  });

  test('everything that can be said is said, and null switches off', async () => {
    const session = bench.open({ transcriptionModel: 'gpt-realtime-whisper', inputAudioNoiseReduction: 'far_field' });
    const line = await bench.service.line();
    expect((await line.event('session.update')).session.audio.input).toEqual({
      transcription: { model: 'gpt-realtime-whisper' },
      noise_reduction: { type: 'far_field' },
    });
    session.updateOptions({
      targetLanguage: 'de',
      transcriptionModel: null,
      inputAudioNoiseReduction: { type: 'near_field', strength: 0.4 },
    });
    expect((await line.event('session.update', 2)).session.audio).toEqual({
      input: { transcription: null, noise_reduction: { type: 'near_field', strength: 0.4 } },
      output: { language: 'de' },
    });
  });

  test('a change at the model reaches open sessions and those to come', async () => {
    const session = bench.open();
    const line = await bench.service.line();
    await line.event('session.update');
    const model = session.realtimeModel as RealtimeTranslationModel;
    expect(model.capabilities.userTranscription).toBe(false);
    model.updateOptions({ targetLanguage: 'it', transcriptionModel: 'gpt-realtime-whisper' });
    expect((await line.event('session.update', 2)).session.audio.output).toEqual({ language: 'it' });
    expect(model).toMatchObject({
      targetLanguage: 'it',
      model: 'gpt-realtime-translate',
      capabilities: { userTranscription: true },
    });
    model.session();
    const second = await bench.service.line(2);
    expect((await second.event('session.update')).session.audio.output).toEqual({ language: 'it' });
  });

  it.each<[string, Partial<RealtimeTranslationModelOptions>]>([
    ['targetLanguage', { targetLanguage: undefined }],
    ['targetLanguage', { targetLanguage: '' }],
    ['transcriptionModel', { transcriptionModel: 5 as never }],
    ['inputAudioNoiseReduction', { inputAudioNoiseReduction: 'loud' as never }],
    ['inputAudioNoiseReduction.type', { inputAudioNoiseReduction: {} as never }],
    ['inputAudioNoiseReduction.strength', { inputAudioNoiseReduction: { type: 'near_field', strength: 2 } }],
    ['outputSegmentIdle', { outputSegmentIdle: 0 }],
    ['inputSegmentIdle', { inputSegmentIdle: Infinity }],
    ['maxSessionDuration', { maxSessionDuration: -1 }],
    ['connOptions.timeoutMs', { connOptions: { timeoutMs: 0 } }],
    ['safetyIdentifier', { safetyIdentifier: '' }],
    ['modelIn', { modelIn: 'body' }],
    ['headers', { safetyIdentifier: 'a', headers: 'b' as never }],
  ])('a bad %s is named at construction', (option, options) => {
    const make = (): unknown => new RealtimeTranslationModel({ apiKey, targetLanguage: 'es', ...options });
    expect(make).toThrow(PatchbayError);
    expect(make).toThrow(option);
  });

  it.each([
    ['Portkey', gateways.portkey({ baseURL: 'https://gw.example.com/v1', apiKey: 'k', provider: 'openai' })],
    ['Bifrost', gateways.bifrost({ baseURL: 'https://gw.example.com', apiKey: 'k' })],
    ['Helicone', gateways.helicone({ apiKey: 'k', providerKey: 'p' })],
  ])('a gateway without such a route is an error at construction: %s', (title, gateway) => {
    const make = (): unknown => new RealtimeTranslationModel({ targetLanguage: 'es', apiKey, gateway });
    expect(make).toThrow(PatchbayError);
    expect(make).toThrow(new RegExp(`${title}[^]*translation`));
  });
});

describe('a connection that is refused', () => {
  test('pain 20: says so once, with status and hint, and ends nothing but itself', async () => {
    const cloud = await startLoopback({ voice: 'plain', gateway: 'litellm' });
    const gateway = gateways.litellm({ baseURL: cloud.url, apiKey });
    const session = bench.open({ gateway, baseURL: undefined as never });
    await bench.until(() => bench.errors.length > 0);
    const [{ error, recoverable }] = bench.errors as [llm.RealtimeModelError];
    expect(recoverable).toBe(false);
    expect(error).toBeInstanceOf(APIStatusError);
    expect(error).toMatchObject({ statusCode: 403, cause: { code: 'upgrade-refused' } });
    expect(error.message).toContain('LiteLLM serves realtime translation from 1.110.0 on');
    session.pushAudio(voiced(100));
    await session.close();
    await cloud.close();
    expect(bench.errors).toHaveLength(1);
  });

  test('a key that the service does not know is told in its words', async () => {
    const cloud = await startLoopback({ voice: 'plain', keys: ['another'] });
    bench.open({ baseURL: cloud.url });
    await bench.until(() => bench.errors.length > 0);
    expect(bench.errors).toHaveLength(1);
    expect(bench.errors[0]).toMatchObject({
      recoverable: false,
      error: { cause: { providerCode: 'invalid_api_key' } },
    });
    await cloud.close();
  });

  test('a language that the service does not speak ends the session: it would go on in another one', async () => {
    const cloud = await startLoopback({ voice: 'plain' });
    bench.open({ baseURL: cloud.url, targetLanguage: 'tlh' });
    await bench.until(() => bench.errors.length > 0);
    expect(bench.errors).toHaveLength(1);
    expect(bench.errors[0]).toMatchObject({ recoverable: false, error: { cause: { providerCode: 'invalid_value' } } });
    expect(bench.errors[0]!.error.message).toContain("Invalid value: 'tlh'");
    await cloud.close();
  });

  test('a language refused later is told, and the one before stays', async () => {
    const cloud = await startLoopback({ voice: 'plain' });
    const session = bench.open({ baseURL: cloud.url });
    const configured = (): Promise<{ type: string }> => next(session, 'openai_server_event_received');
    while ((await configured()).type !== 'session.updated');
    session.updateOptions({ targetLanguage: 'tlh' });
    await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
    expect(bench.errors[0]!.recoverable).toBe(true);
    expect(session._options.targetLanguage).toBe('es');
    await cloud.close();
  });
});

describe('pain 7: a socket that is lost', () => {
  test('in the middle of a sentence: what nobody began to translate is told again, before what came meanwhile', async () => {
    const session = bench.open({ transcriptionModel: 'gpt-realtime-whisper' });
    const lines: llm.InputTranscriptionCompleted[] = [];
    session.on('input_audio_transcription_completed', (line: llm.InputTranscriptionCompleted) => lines.push(line));
    const first = await bench.healthy();
    session.pushAudio(voiced(2_000, 0));
    session.pushAudio(voiced(600));
    await bench.until(() => heardMs(first, 'voice') === 600);
    first.send({ type: 'session.input_transcript.delta', delta: 'good mor' });
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    first.socket.terminate();
    await next<ConnectionEvent>(session, 'connection');
    session.pushAudio(voiced(400, 3_000));
    const second = await bench.replacement();
    await second.event('session.input_audio_buffer.append', 6);
    const levels = second
      .all('session.input_audio_buffer.append')
      .map(({ audio }) => Buffer.from(audio as string, 'base64').readInt16LE(0));
    expect(second.types[0]).toBe('session.update');
    expect(levels).toEqual([0, 8_000, 8_000, 8_000, 3_000, 3_000]);
    second.send({ type: 'session.input_transcript.delta', delta: 'good morning' });
    await vi.waitFor(() => expect(lines).toHaveLength(2));
    expect(lines.map(({ transcript }) => transcript)).toEqual(['good mor', 'good morning']);
    expect(lines[0]!.itemId).toBe(lines[1]!.itemId);
    expect(bench.errors.map(({ recoverable }) => recoverable)).toEqual([true]);
  });

  test('what waited for a service that does not read is said to the next one, and not twice', async () => {
    const session = bench.open();
    const first = await bench.healthy();
    first.socket.pause();
    // A socket that takes no more: what follows waits in the session.
    const dropped: ConnectionEvent[] = [];
    session.on('connection', (event: ConnectionEvent) => event.type === 'audio-dropped' && dropped.push(event));
    while (dropped.length === 0) {
      session.pushAudio(voiced(200, 0));
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let level = 1; level <= 5; level++) session.pushAudio(voiced(200, 1_000 * level));
    first.socket.terminate();
    const second = await bench.replacement();
    session.pushAudio(voiced(200, 6_000));
    const heard = (): number[] =>
      second
        .all('session.input_audio_buffer.append')
        .map(({ audio }) => Buffer.from(audio as string, 'base64').readInt16LE(0));
    await bench.until(() => heard().includes(6_000));
    expect(heard().filter((level) => level > 0)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000, 6_000]);
  });

  test('in the middle of a translation: the utterance ends, and nothing of it is said twice', async () => {
    const session = bench.open();
    const first = await bench.healthy();
    session.pushAudio(voiced(600));
    await bench.until(() => heardMs(first, 'voice') === 600);
    say(first, 'buenos');
    sound(first, 200);
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
    const reopened = next(session, 'session_reconnected');
    first.socket.terminate();
    expect(await utteranceOf(bench.spoken[0]!)).toMatchObject({ text: 'buenos' });
    const second = await bench.replacement();
    await reopened;
    session.pushAudio(voiced(200, 3_000));
    await second.event('session.input_audio_buffer.append');
    expect(second.types).toEqual(['session.update', 'session.input_audio_buffer.append']);
    say(second, 'tardes');
    await vi.waitFor(() => expect(bench.spoken).toHaveLength(2));
  });

  test('by a session.closed that nobody asked for: dialled again', async () => {
    bench.open();
    const first = await bench.healthy();
    first.send({ type: 'session.closed' });
    await (await bench.replacement()).event('session.update');
    expect(bench.errors.map(({ recoverable }) => recoverable)).toEqual([true]);
  });
});

describe('pain 6: a session that expires', () => {
  test('is replaced before, when nobody speaks', async () => {
    const session = bench.open();
    const events: string[] = [];
    session.on('connection', ({ type }: ConnectionEvent) => events.push(type));
    const first = await bench.service.line();
    await first.event('session.update');
    first.send({ type: 'session.updated', session: { expires_at: bench.clock.wallClock() / 1_000 + 3_600 } });
    await bench.clock.advance(50);
    await bench.clock.advance(3_538_000);
    session.pushAudio(voiced(200));
    await bench.clock.advance(2_500);
    // Its time has come, and somebody has just spoken.
    expect(bench.service.lines).toHaveLength(1);
    await bench.until(() => events.includes('rotated'));
    await (await bench.service.line(2)).event('session.update');
    expect(bench.errors).toEqual([]);
  });

  test('or at once when it says that its time is up', async () => {
    bench.open();
    const first = await bench.healthy();
    first.fail({
      type: 'invalid_request_error',
      code: 'session_expired',
      message: 'Your session hit the maximum duration.',
    });
    await bench.until(() => bench.service.lines.length === 2);
    expect(bench.errors).toEqual([]);
  });
});

test('a service that answers pings and nothing else is left after twenty seconds', async () => {
  const session = bench.open();
  const line = await bench.service.line();
  await line.event('session.update');
  await bench.clock.advance(100);
  session.pushAudio(voiced(400));
  await bench.clock.advance(19_000);
  expect(bench.service.lines).toHaveLength(1);
  await bench.clock.advance(2_000);
  await bench.until(() => bench.service.lines.length === 2);
  expect(bench.errors).toMatchObject([{ recoverable: true }]);
});

test('a service that said silence and falls silent is left, whoever speaks', async () => {
  const session = bench.open();
  const line = await bench.service.line();
  await line.event('session.update');
  sound(line, 200, { level: 0 });
  await bench.clock.advance(100);
  session.pushAudio(voiced(400, 0));
  await bench.clock.advance(21_000);
  await bench.until(() => bench.service.lines.length === 2);
  expect(bench.errors).toMatchObject([{ recoverable: true }]);
});

test('an event that comes twice is said once', async () => {
  bench.open();
  const line = await bench.service.line();
  const event = { type: 'session.output_transcript.delta', event_id: 'event_1', delta: ' hola' };
  line.send(event);
  line.send(event);
  sound(line, 200);
  await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
  await bench.clock.advance(800);
  expect((await utteranceOf(bench.spoken[0]!)).text).toBe('hola');
});

test('pain 29: reconnect() replaces the socket, and the model tells of it', async () => {
  const session = bench.open();
  const events: string[] = [];
  (session.realtimeModel as RealtimeTranslationModel).on('connection', ({ type }) => events.push(type));
  await (await bench.service.line()).event('session.update');
  session.reconnect('a new network');
  await (await bench.replacement()).event('session.update');
  expect(events).toEqual(['connecting', 'open', 'connecting', 'open']);
});

test.each(['before it dials', 'while it dials', 'while it speaks', 'after it was lost', 'twice'])(
  'pain 2: close() leaves nothing behind: %s',
  async (when) => {
    const session = bench.open({ transcriptionModel: 'gpt-realtime-whisper' });
    const closing: Promise<void>[] = [];
    if (when === 'while it dials') await Promise.resolve();
    if (!when.endsWith('dials')) {
      const line = await bench.service.line();
      await line.event('session.update');
      session.pushAudio(voiced(300));
      say(line, 'hola');
      line.send({ type: 'session.input_transcript.delta', delta: 'hel' });
      await vi.waitFor(() => expect(bench.spoken).toHaveLength(1));
      if (when === 'after it was lost') {
        const lost = next(session, 'error');
        line.socket.terminate();
        await lost;
      }
      if (when === 'twice') closing.push(session.close());
    }
    closing.push(session.close());
    await Promise.all(closing);
    session.pushAudio(voiced(300));
    session.updateOptions({ targetLanguage: 'fr' });
    await session.interrupt();
    for (const event of bench.spoken) await utteranceOf(event);
    expect(bench.clock.pending).toBe(0);
    await vi.waitFor(() => expect(bench.service.lines.every(({ socket }) => socket.readyState >= 2)).toBe(true));
  },
);

test('pain 27: no key, header or query token is in any picture of a model, its session or its errors', async () => {
  const secrets = { apiKey, header: 'violet-0002', token: 'amber-0003', user: 'indigo-0004' };
  const session = bench.open({
    apiKey,
    headers: { 'x-gateway-key': secrets.header },
    query: { token: secrets.token },
    safetyIdentifier: secrets.user,
  });
  const line = await bench.service.line();
  expect(line.request.headers.authorization).toBe(`Bearer ${apiKey}`);
  line.fail({ type: 'invalid_request_error', message: `Bad key ${apiKey} and ${secrets.token}` });
  await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
  for (const value of [session, session.realtimeModel, bench.errors[0]]) {
    const shown = `${inspect(value, { depth: 8, showHidden: true, getters: true })} ${String(JSON.stringify(value, once()))}`;
    for (const [kind, secret] of Object.entries(secrets)) expect(shown.includes(secret), kind).toBe(false);
  }
});

/** Each object once, for JSON has no circles. */
function once(): (key: string, value: unknown) => unknown {
  const seen = new Set<unknown>();
  return (_key, value) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    return seen.has(value) ? undefined : (seen.add(value), value);
  };
}
