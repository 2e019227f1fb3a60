import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inference, initializeLogger, stt as livekit, voice, type APIConnectOptions } from '@livekit/agents';
import { AudioFrame, dispose } from '@livekit/rtc-node';
import { startLoopback, startVoice, type Loopback } from '@patchbay/loopback';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { HandedMicrophone } from '../__fixtures__/room.ts';
import { EnergyVad } from './__fixtures__/energy-vad.ts';
import { hear, until } from './__fixtures__/hearing.ts';
import { speechFrames } from './__fixtures__/speaking.ts';
import type { STTOptions } from './options.ts';
import { STT } from './stt.ts';

const { SpeechEventType } = livekit;

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => vi.stubEnv('OPENAI_BASE_URL', ''));
afterAll(() => dispose());

/** A model that makes requests to loopback, where a VAD that tests can foresee finds the pieces. */
async function open(options: Partial<STTOptions> = {}): Promise<{ model: STT; cloud: Loopback }> {
  const cloud = await startLoopback({ voice: 'plain' });
  const model = new STT({ apiKey: 'k', baseURL: cloud.url, useRealtime: false, vad: new EnergyVad(), ...options });
  onTestFinished(async () => {
    await model.close();
    await cloud.close();
  });
  return { model, cloud };
}

/** A service that keeps what it was sent, as text, and answers as the test says. */
async function service(
  answer: (
    body: string,
    requests: number,
  ) => { status?: number; body: string } | Promise<{ status?: number; body: string }>,
): Promise<{ baseURL: string; bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const sent = Buffer.concat(pieces).toString('latin1');
      const requests = bodies.push(sent);
      void Promise.resolve(answer(sent, requests)).then(({ status = 200, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, bodies };
}

/** A person with a voice that LiveKit's VAD takes for one: 20 ms frames at 24 kHz. */
async function person(...sentences: string[]): Promise<AudioFrame[]> {
  const speaker = await startVoice();
  onTestFinished(() => speaker.close());
  const frames: AudioFrame[] = [];
  for (const sentence of sentences) {
    const { samples } = await speaker.speak(sentence);
    const padded = new Int16Array(Math.ceil((14_400 + samples.length + 24_000) / 480) * 480);
    padded.set(samples, 14_400);
    for (let at = 0; at < padded.length; at += 480)
      frames.push(new AudioFrame(padded.slice(at, at + 480), 24_000, 1, 480));
  }
  return frames;
}

/** Whether what was sent holds a stretch of this audio and nothing else. */
function isAsSaid(form: string, frames: readonly AudioFrame[]): boolean {
  const said = Buffer.concat(frames.map(({ data }) => Buffer.from(data.buffer))).toString('latin1');
  const header = form.indexOf('WAVEfmt ');
  const samples = form.slice(header + 36, form.indexOf('\r\n--', header + 36));
  return samples.length > 24_000 && said.includes(samples);
}

describe('a stream without useRealtime', () => {
  it.each([
    ['by the stream', true],
    ['and by LiveKit’s StreamAdapter it is not, for frames that it hands on have been overwritten', false],
  ])('the audio that is sent is the audio that was said, %s', async (_title, ours) => {
    const frames = await person('I would like to cancel my order.', 'No, keep it, please.');
    const { baseURL, bodies } = await service(() => ({ body: '{"text":"Hm."}' }));
    const model = new STT({ apiKey: 'k', baseURL, useRealtime: false });
    const stream = (ours ? model : new livekit.StreamAdapter(model, new inference.VAD())).stream();
    onTestFinished(() => model.close());
    for (const frame of frames) stream.pushFrame(new AudioFrame(frame.data.slice(), 24_000, 1, 480));
    // LiveKit's adapter would end the process: VADStream.endInput() throws there.
    if (ours) stream.endInput();
    let finals = 0;
    for await (const { type } of stream) {
      if (type === SpeechEventType.FINAL_TRANSCRIPT) finals++;
      if (finals === 2 && !ours) break;
    }
    stream.close();
    expect(bodies.map((body) => isAsSaid(body, frames))).toEqual([ours, ours]);
  });

  it('serves an AgentSession that has no VAD of its own', async () => {
    const sentences = ['I would like to cancel my order.', 'No, keep it, please.'];
    const cloud = await startLoopback();
    const model = new STT({ apiKey: 'k', baseURL: cloud.url, useRealtime: false });
    const session = new voice.AgentSession({ stt: model, vad: null, turnDetection: 'stt' });
    const heard: string[] = [];
    const errors: unknown[] = [];
    session.on(voice.AgentSessionEventTypes.UserInputTranscribed, ({ transcript }) => heard.push(transcript));
    session.on(voice.AgentSessionEventTypes.Error, (error) => errors.push(error));
    const microphone = new HandedMicrophone();
    session.input.audio = microphone;
    await session.start({ agent: new voice.Agent({ instructions: 'Listen.' }) });
    for (const frame of await person(...sentences)) microphone.push(frame);
    await until(() => heard.length === 2);
    await session.close();
    await model.close();
    expect([heard, errors]).toEqual([sentences, []]);
    expect(cloud.requests.map(({ path }) => path)).toEqual(Array(2).fill('/v1/audio/transcriptions'));
    await cloud.close();
  });

  it('says what was said, turn by turn, and what it cost, once', async () => {
    const { model, cloud } = await open({ model: 'gpt-4o-mini-transcribe' });
    const metrics: unknown[] = [];
    model.on('metrics_collected', (collected) => metrics.push(collected));
    const hearing = hear(model);
    for (const text of ['One for sorrow.', 'Two for joy.']) {
      for (const frame of await speechFrames(text, { views: true })) hearing.stream.pushFrame(frame);
      await until(() => hearing.story().endsWith(`${text}>`));
    }
    hearing.stream.endInput();
    await hearing.ended;
    expect([hearing.story(), hearing.errors]).toEqual(['<One for sorrow.><Two for joy.>', []]);
    expect(cloud.requests).toHaveLength(2);
    expect(metrics).toMatchObject([
      { streamed: true, requestId: expect.stringMatching(/^req_/), metadata: { modelName: 'gpt-4o-mini-transcribe' } },
      { streamed: true },
    ]);
    expect((metrics[1] as { inputTokens: number }).inputTokens).toBeGreaterThan(0);
  });

  it('tells the times of words and segments on the clock of the stream', async () => {
    const { model } = await open({ timestampGranularities: ['word', 'segment'] });
    const hearing = hear(model);
    hearing.stream.startTimeOffset = 100;
    hearing.stream.pushFrame(new AudioFrame(new Int16Array(10 * 24_000), 24_000, 1, 10 * 24_000));
    for (const frame of await speechFrames('Every word. Counts.')) hearing.stream.pushFrame(frame);
    hearing.stream.endInput();
    await hearing.ended;
    const final = hearing.events.find(({ type }) => type === SpeechEventType.FINAL_TRANSCRIPT);
    const { startTime, words = [], metadata } = final?.alternatives?.[0] as livekit.SpeechData;
    const [segment] = metadata?.segments as { startTime: number }[];
    expect(words.map(({ text }) => text)).toEqual(['Every', 'word.', 'Counts.']);
    expect([startTime, words[0]?.startTime]).toEqual([segment?.startTime, startTime]);
    // 100 ms of silence are before the voice, and an ear is not exact.
    expect(startTime).toBeGreaterThan(109.5);
    expect(startTime).toBeLessThan(110.5);
  });

  it('tells when the voice was heard where the service tells no times', async () => {
    const { model } = await open({ model: 'gpt-4o-transcribe' });
    const hearing = hear(model);
    for (const frame of await speechFrames('Sure.')) hearing.stream.pushFrame(frame);
    hearing.stream.endInput();
    await hearing.ended;
    const final = hearing.events.find(({ type }) => type === SpeechEventType.FINAL_TRANSCRIPT);
    expect(final?.alternatives?.[0].startTime).toBeCloseTo(0.1, 1);
    expect(final?.alternatives?.[0].endTime).toBeCloseTo(0.3, 1);
    expect(final?.speechEndTime).toBeLessThanOrEqual(Date.now());
  });

  it('has languages of its own, and follows its model for the next piece', async () => {
    const { baseURL, bodies } = await service(() => ({ body: '{"text":"Ja."}' }));
    const { model } = await open({ baseURL, model: 'whisper-1' });
    const hearing = hear(model, { language: 'de' });
    const say = async (): Promise<void> => {
      const before = hearing.story().length;
      for (const frame of await speechFrames('Ja.')) hearing.stream.pushFrame(frame);
      await until(() => hearing.story().length > before && hearing.story().endsWith('>'));
    };
    await say();
    model.updateOptions({ prompt: 'Birds.' });
    await say();
    hearing.stream.updateOptions({ language: 'fr' });
    await say();
    model.updateOptions({ language: 'it' });
    await say();
    const field = (name: string) => (body: string) => new RegExp(`name="${name}"\\r\\n\\r\\n([^\\r]*)`).exec(body)?.[1];
    expect(bodies.map(field('language'))).toEqual(['de', 'de', 'fr', 'it']);
    expect(bodies.map(field('prompt'))).toEqual([undefined, 'Birds.', 'Birds.', 'Birds.']);
  });

  it.each<[string, Partial<STTOptions>, APIConnectOptions | undefined, number]>([
    ['what the stream is given', {}, { maxRetry: 1, retryIntervalMs: 1, timeoutMs: 10_000 }, 2],
    ['what the model was told, over it', { connOptions: { maxRetry: 0 } }, { maxRetry: 1, retryIntervalMs: 1, timeoutMs: 10_000 }, 1], // prettier-ignore
  ])('retries by %s, and is no deafer for a piece that was lost', async (_what, options, connOptions, attempts) => {
    const { baseURL, bodies } = await service((_body, requests) =>
      requests <= attempts ? { status: 503, body: '{}' } : { body: '{"text":"Two."}' },
    );
    const { model } = await open({ baseURL, ...options });
    const hearing = hear(model, connOptions === undefined ? {} : { connOptions });
    for (const frame of await speechFrames('One.')) hearing.stream.pushFrame(frame);
    await until(() => hearing.errors.length === attempts);
    for (const frame of await speechFrames('Two.')) hearing.stream.pushFrame(frame);
    expect(await hearing.finals(1)).toEqual(['Two.']);
    expect(bodies).toHaveLength(attempts + 1);
    const told = { recoverable: true, error: { statusCode: 503 } };
    expect(hearing.errors).toMatchObject(Array.from({ length: attempts }, () => told));
  });

  it('pain 20: a refused key is one typed error, and ends the stream', async () => {
    const { baseURL, bodies } = await service(() => ({ status: 401, body: '{"error":{"message":"no"}}' }));
    const { model } = await open({ baseURL });
    const hearing = hear(model);
    for (const frame of await speechFrames('Hello?')) hearing.stream.pushFrame(frame);
    await hearing.ended;
    expect(hearing.errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode: 401 } }]);
    expect(bodies).toHaveLength(1);
  });

  it('lets a FallbackAdapter go on with the next service', async () => {
    const broken = await service(() => ({ status: 401, body: '{}' }));
    const { model: first } = await open({ baseURL: broken.baseURL });
    const { model: second } = await open();
    const fallback = new livekit.FallbackAdapter({ sttInstances: [first, second] });
    const stream = fallback.stream();
    for (const frame of await speechFrames('Hello?')) stream.pushFrame(frame);
    await until(() => broken.bodies.length > 0 && !(fallback.status[0]?.available ?? true));
    for (const frame of await speechFrames('Is anybody there?')) stream.pushFrame(frame);
    for await (const { type, alternatives } of stream) {
      if (type !== SpeechEventType.FINAL_TRANSCRIPT) continue;
      expect(alternatives?.[0].text).toBe('Is anybody there?');
      break;
    }
    stream.close();
    await fallback.close();
  });

  it('is closed with its model, and with it what is under way', async () => {
    const { baseURL, bodies } = await service(() => new Promise(() => {}));
    const { model } = await open({ baseURL });
    const hearing = hear(model);
    for (const frame of await speechFrames('Never mind.')) hearing.stream.pushFrame(frame);
    await until(() => bodies.length === 1);
    await model.close();
    await hearing.ended;
    expect([hearing.story(), hearing.errors]).toEqual(['<', []]);
  });
});

describe('whether there are streams without useRealtime', () => {
  it('is said by the capabilities: with LiveKit’s VAD, with one of yours, and not without any', async () => {
    const streaming = (vad?: STTOptions['vad']): boolean =>
      new STT({ apiKey: 'k', useRealtime: false, ...(vad === undefined ? {} : { vad }) }).capabilities.streaming;
    expect([streaming(), streaming(new EnergyVad()), streaming(null)]).toEqual([true, true, false]);
    const model = new STT({ apiKey: 'k', useRealtime: false, vad: null });
    expect(() => model.stream()).toThrow(/vad/);
    model.updateOptions({ vad: new EnergyVad() });
    expect(model.capabilities).toMatchObject({ streaming: true, interimResults: false });
    model.stream().close();
    await model.close();
  });
});
