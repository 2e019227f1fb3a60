import { stt as livekit, type APIConnectOptions } from '@livekit/agents';
import {
  expectRefusal,
  expectTwoPhrases,
  expectWholePhrase,
  hear,
  openDoor,
  speechFrames,
  until,
} from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import { gateways } from '@patchbay/ws-url';
import { describe, expect, it } from 'vitest';
import { apiKey, listenWith, sampleRate, type Listening } from '../__fixtures__/listening.ts';
import type { STTv2Options } from './options.ts';
import { STTv2, type SpeechStreamV2 } from './stt-v2.ts';

const { SpeechEventType } = livekit;

const listen = (
  options: Partial<STTv2Options> = {},
  more: LoopbackOptions = {},
  connOptions?: APIConnectOptions,
): Promise<Listening<SpeechStreamV2, STTv2>> =>
  listenWith(({ origin }) => new STTv2({ apiKey, endpointUrl: `${origin}/v2/listen`, ...options }), more, connOptions);

describe('a stream of turns', () => {
  it('is one START, words as they come, one transcript and one END per turn', async () => {
    const session = await listen();
    await expectTwoPhrases(session);
    expect(session.ofType(SpeechEventType.INTERIM_TRANSCRIPT).length).toBeGreaterThan(1);
    const [first] = session.ofType(SpeechEventType.FINAL_TRANSCRIPT);
    expect(first).toMatchObject({ requestId: expect.stringMatching(/-/), alternatives: [{ language: 'en' }] });
    expect(first!.alternatives![0].words).toHaveLength(4);
    expect(first!.alternatives![0].confidence).toBeGreaterThan(0.5);
    expect(session.hearing.errors).toEqual([]);
  });

  it('tells what may be the end of a turn, for an answer that is begun early', async () => {
    const session = await listen({ eagerEotThreshold: 0.4 });
    await session.say('Where is the station?');
    await until(() => session.hearing.story().endsWith('>'));
    const [preflight] = session.ofType(SpeechEventType.PREFLIGHT_TRANSCRIPT);
    expect(preflight!.alternatives![0].text).toBe('Where is the station?');
  });

  it('ends when all that was said has been written down, on one socket', async () => {
    const { hearing, say, cloud } = await listen();
    await say('Goodbye.', 0);
    hearing.stream.endInput();
    await hearing.ended;
    expect(hearing.story()).toBe('<Goodbye.>');
    await until(() => cloud.sockets === 0);
    expect([cloud.requests.length, hearing.errors]).toEqual([1, []]);
  });

  it('ends a turn when it is flushed, and owes nothing when there is none', async () => {
    const { hearing, say, clock } = await listen();
    hearing.stream.flush();
    await say('Half a sentence', 0);
    await until(() => hearing.events.length > 1);
    hearing.stream.flush();
    expect(await hearing.finals(1)).toEqual(['Half a sentence']);
    await clock.advance(30_000);
    expect(hearing.errors).toEqual([]);
  });

  it('survives a line that is silent for a quarter of an hour', async () => {
    const { hearing, say, clock, cloud } = await listen();
    await until(() => cloud.sockets === 1);
    for (let round = 0; round < 90; round++) await clock.advance(10_000);
    await say('Still here?');
    expect(await hearing.finals(1)).toEqual(['Still here?']);
    expect(hearing.connection.map(({ type }) => type)).toEqual(['connecting', 'open']);
  });
});

describe('a lost connection', () => {
  it('in the middle of a turn costs no word of it', async () => expectWholePhrase(await listen()));

  it.each<[string, number, Partial<STTv2Options>, LoopbackOptions, RegExp]>([
    ['the key', 401, { apiKey: 'wrong' }, {}, /check `apiKey`, or `DEEPGRAM_API_KEY`/],
    ['an unknown model', 400, { model: 'flux-general-tlh' }, {}, /no such `model`/],
    ['a model of others', 403, {}, { deepgram: { models: ['nova-3'] } }, /may not use this model/],
  ])('that was refused for %s is one typed error', async (_what, statusCode, options, more, message) => {
    const { hearing, cloud } = await listen(options, { keys: [apiKey], ...more });
    await hearing.ended;
    expect(hearing.errors).toMatchObject([
      { recoverable: false, error: { name: 'APIStatusError', statusCode, message: expect.stringMatching(message) } },
    ]);
    expect(cloud.requests).toHaveLength(1);
  });
});

describe('options', () => {
  it('are said in the query, beside the query and the prefix of the address', async () => {
    const { cloud } = await listen({
      model: 'flux-general-multi',
      keyterms: ['Zyphorra', 'customer service'],
      languageHint: ['en', 'es'],
      eotThreshold: 0.8,
      eotTimeoutMs: 3_000,
      numerals: true,
      redact: 'numbers',
      tags: ['a'],
    });
    await until(() => cloud.requests.length > 0);
    const query = new URLSearchParams(cloud.requests[0]!.query);
    expect(query.getAll('keyterm')).toEqual(['Zyphorra', 'customer service']);
    expect(query.getAll('language_hint')).toEqual(['en', 'es']);
    expect(Object.fromEntries(query)).toMatchObject({
      model: 'flux-general-multi',
      encoding: 'linear16',
      sample_rate: '16000',
      mip_opt_out: 'false',
      eot_threshold: '0.8',
      eot_timeout_ms: '3000',
      numerals: 'true',
      redact: 'numbers',
      tag: 'a',
    });
  });

  it('change on the open socket where a message can say so, and on a new one where it cannot', async () => {
    const { hearing, model, say, clock, cloud } = await listen({ eotThreshold: 0.8 });
    await say('One.');
    await hearing.finals(1);
    model.updateOptions({ eotThreshold: 0.7, keyterms: ['Zyphorra'] });
    model._updateSessionKeyterms(['Quill']);
    await say('Two.');
    await hearing.finals(2);
    expect(cloud.requests).toHaveLength(1);
    model.updateOptions({ numerals: true });
    await say('Three.');
    await clock.advance(1_000);
    expect(await hearing.finals(3)).toEqual(['One.', 'Two.', 'Three.']);
    expect(new URLSearchParams(cloud.requests[1]!.query).getAll('keyterm')).toEqual(['Zyphorra', 'Quill']);
    expect(hearing.errors).toEqual([]);
  });

  it.each<[keyof STTv2Options, unknown]>([
    ['model', ''],
    ['sampleRate', 4_000],
    ['keyterms', 'word'],
    ['eagerEotThreshold', 0.1],
    ['eotThreshold', 2],
    ['eotTimeoutMs', 5],
    ['redact', 'pci'],
    ['tags', ['x'.repeat(129)]],
    ['languageHint', 'en'],
  ])('that cannot work are refused by name: %s', (option, value) => {
    expectRefusal(option, () => new STTv2({ apiKey: 'k', [option]: value }));
  });

  it('of 0 are left to the service, whose threshold is 0.7', () => {
    const model = new STTv2({ apiKey: 'k', eagerEotThreshold: 0.5, eotThreshold: 0, eotTimeoutMs: 0 });
    expect(() => model.updateOptions({ eagerEotThreshold: 0.8 })).toThrow(/eotThreshold \(0.7 unless set\)/);
  });
});

describe('endpointUrl', () => {
  it('is dialled as it stands, its own query first', async () => {
    const { cloud } = await listen();
    const { origin, asked } = await openDoor(cloud.origin, '/v2/listen');
    const model = new STTv2({ apiKey, endpointUrl: `${origin}/ears/eu?eot_threshold=0.9`, eotThreshold: 0.6 });
    const hearing = hear(model);
    for (const frame of await speechFrames('Hello.', { silenceMs: 1_500, sampleRate })) hearing.stream.pushFrame(frame);
    expect(await hearing.finals(1)).toEqual(['Hello.']);
    expect(asked).toEqual([expect.stringMatching(/^\/ears\/eu\?eot_threshold=0\.9&model=flux-general-en&/)]);
    expect(cloud.requests.filter(({ query }) => query.includes('eot_threshold'))).toHaveLength(1);
    expect(asked[0]).not.toContain('0.6');
    await model.close();
  });

  it.each<[string, Partial<STTv2Options>, RegExp]>([
    ['baseURL', { baseURL: 'wss://b.example.com' }, /^`endpointUrl` and `baseURL` .* the path is added to `baseURL`/],
    ['gateway', { gateway: gateways.litellm({ baseURL: 'https://b.example.com' }) }, /give the gateway its own/],
  ])('goes with no %s', (_name, options, advice) => {
    const endpointUrl = 'wss://api.deepgram.com/v2/listen';
    expect(() => new STTv2({ apiKey, endpointUrl, ...options })).toThrow(advice);
    new STTv2({ apiKey, endpointUrl });
    new STTv2({ apiKey, endpointUrl: '', baseURL: 'wss://b.example.com' });
  });
});
