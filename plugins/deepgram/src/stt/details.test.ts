import { stt as livekit, type APIConnectOptions } from '@livekit/agents';
import { speechFrames, until } from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import { StreamingSTT, StreamingSTTStream } from '@patchbay/plugin-kit';
import { describe, expect, it } from 'vitest';
import { apiKey, listenWith, sampleRate, type Listening } from '../__fixtures__/listening.ts';
import { routeFor } from '../options.ts';
import { nova } from './nova.ts';
import { resolveListening, streamQuery, type ListenOptions, type STTOptions } from './options.ts';
import { STT, type SpeechStream } from './stt.ts';

const { SpeechEventType } = livekit;

const listen = (
  options: Partial<STTOptions> = {},
  more: LoopbackOptions = {},
  place = '',
): Promise<Listening<SpeechStream, STT>> =>
  listenWith(({ origin }) => new STT({ apiKey, baseUrl: `${origin}${place}`, ...options }), more);

/** The plugin without its KeepAlive. */
class Mute extends StreamingSTT<ListenOptions> {
  label = 'mute.STT';

  constructor(baseUrl: string) {
    const { keepAlive: _keepAlive, ...wire } = nova;
    const options = resolveListening({ sampleRate });
    super({
      ...routeFor('transcription', { apiKey, baseUrl }, options),
      ...{ wire, options, sampleRate, greets: false, queryOf: streamQuery },
      capabilities: { streaming: true, interimResults: true },
    });
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): MuteStream {
    return this.track(new MuteStream(this, this.options, options.connOptions));
  }
}

class MuteStream extends StreamingSTTStream<ListenOptions> {
  label = 'mute.SpeechStream';
}

it('a silent line would be closed with NET-0001 after ten seconds, without the KeepAlive', async () => {
  const { hearing, clock } = await listenWith<MuteStream, Mute>(({ origin }) => new Mute(origin));
  await until(() => hearing.connection.some(({ type }) => type === 'open'));
  await clock.advance(9_900);
  expect(hearing.connection.map(({ type }) => type)).toEqual(['connecting', 'open']);
  await clock.advance(200);
  await until(() => hearing.connection.length > 2);
  expect(hearing.connection[2]).toMatchObject({
    error: { closeCode: 1011, message: expect.stringMatching(/net0001.*no audio and no KeepAlive for ten seconds/i) },
  });
});

describe('what is told of a transcript', () => {
  it('who spoke, with `diarize`', async () => {
    const session = await listen({ diarize: true });
    expect(session.model.capabilities.diarization).toBe(true);
    for (const text of ['Who is there?', 'It is me.']) {
      await session.say(text);
      await until(() => session.hearing.story().endsWith(`${text}>`));
    }
    expect(session.finals().map(({ speakerId }) => speakerId)).toEqual(['S0', 'S1']);
    expect(session.cloud.requests[0]!.query).toContain('diarize=true');
  });

  it('no speaker, without', async () => {
    const session = await listen();
    await session.say('Who is there?');
    await session.hearing.finals(1);
    expect(session.finals()[0]!.speakerId).toBeUndefined();
  });

  it('the language that was heard, with `multi`', async () => {
    const session = await listen({ language: 'multi' });
    await session.say('Where is the station?');
    await session.hearing.finals(1);
    expect(session.finals()[0]!.language).toBe('en');
  });

  it('when each word was said, on the clock of the stream, also on the next socket', async () => {
    const session = await listen();
    const { hearing, cloud, clock } = session;
    hearing.stream.startTimeOffset = 100;
    await session.say('One.');
    await hearing.finals(1);
    cloud.dropSockets();
    await until(() => hearing.connection.some(({ type }) => type === 'reconnecting'));
    await clock.advance(1_000);
    await session.say('Two.');
    await hearing.finals(2);
    const [one, two] = session.finals();
    expect(one!.words![0]!.startTime).toBeCloseTo(100.1, 1);
    expect(two!.words![0]!.startTime).toBeGreaterThan(one!.endTime + 1);
    expect(two!.words![0]!.startTime).toBeCloseTo(two!.startTime, 3);
  });

  it('words as they were written, or as they are', async () => {
    const session = await listen({ punctuate: false, smartFormat: false });
    await session.say('Where is the station?');
    expect(await session.hearing.finals(1)).toEqual(['where is the station']);
    expect(session.finals()[0]!.words!.map(({ text }) => text)).toEqual(['where', 'is', 'the', 'station']);
  });

  it('nothing before it is final, without `interimResults`', async () => {
    const session = await listen({ interimResults: false });
    expect(session.model.capabilities.interimResults).toBe(false);
    await session.say('Once upon a time a lighthouse keeper kept a garden of radios.');
    await until(() => session.hearing.story().endsWith('>'));
    expect(session.ofType(SpeechEventType.INTERIM_TRANSCRIPT)).toEqual([]);
  });

  it('one end, of an endpoint or of an utterance, whichever is told first', async () => {
    const session = await listen({ endpointing: 300, utteranceEndMs: 1_000 });
    await session.say('Where is the station?', 3_000);
    await until(() => session.hearing.story().endsWith('>'));
    await session.say('Tell me.', 3_000);
    await until(() => session.hearing.story().endsWith('Tell me.>'));
    expect(session.hearing.story()).toBe('<Where is the station?><Tell me.>');
  });

  it('an end of the utterance alone, without endpoints', async () => {
    const session = await listen({ endpointing: 0, utteranceEndMs: 1_000 });
    await session.say('Where is the station?', 6_000);
    await until(() => session.hearing.story().endsWith('>'));
    expect(session.hearing.story()).toBe('<Where is the station?>');
  });
});

it('a refusal says why', async () => {
  const { hearing } = await listen({ model: 'nova-17' });
  await hearing.ended;
  const error = { statusCode: 400, message: expect.stringMatching(/no such `model`/) };
  expect(hearing.errors).toMatchObject([{ recoverable: false, error }]);
});

it('a failure behind an accepted upgrade carries the request id of the upgrade', async () => {
  const { hearing, cloud } = await listen();
  await until(() => hearing.connection.length === 2);
  cloud.dropSockets();
  await until(() => hearing.connection.length > 2);
  const error = { code: 'closed', requestId: expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/) };
  expect(hearing.connection[2]).toMatchObject({ error });
});

it('a base URL with a prefix and a query is kept, for sockets and for requests', async () => {
  const place = '/v1/account/gateway/deepgram?tenant=a%20b';
  const { hearing, say, cloud, model } = await listen({}, { gateway: 'cloudflare' }, place);
  await say('Where is the station?');
  await hearing.finals(1);
  await model.recognize(await speechFrames('Tell me.', { sampleRate }));
  expect(cloud.arrivals.map(({ path }) => path)).toEqual(Array(2).fill('/v1/account/gateway/deepgram/v1/listen'));
  for (const { query } of cloud.requests) expect(query).toMatch(/^\?tenant=a%20b&model=nova-3&/);
});
