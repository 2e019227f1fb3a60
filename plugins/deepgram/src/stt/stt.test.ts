import type { APIConnectOptions } from '@livekit/agents';
import { describeEars } from '@patchbay/conformance/hearing';
import { speechFrames, until } from '@patchbay/conformance/testing';
import type { LoopbackOptions } from '@patchbay/loopback';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { apiKey, listenWith, sampleRate, type Listening } from '../__fixtures__/listening.ts';
import type { STTOptions } from './options.ts';
import { STT, type SpeechStream } from './stt.ts';

const listen = (
  options: Partial<STTOptions> = {},
  more: LoopbackOptions = {},
  connOptions?: APIConnectOptions,
): Promise<Listening<SpeechStream, STT>> =>
  listenWith(({ origin }) => new STT({ apiKey, baseUrl: origin, ...options }), more, connOptions);

describeEars({
  label: 'deepgram.STT',
  provider: 'Deepgram',
  language: 'en-US',
  listen,
  requestId: /-/,
  keepAliveMs: 10_000,
});

it('writes down what was said when it is flushed, and owes nothing when nothing was', async () => {
  const { hearing, say, clock } = await listen({ endpointing: 0 });
  hearing.stream.flush();
  await say('Half a sentence', 0);
  hearing.stream.flush();
  expect(await hearing.finals(1)).toEqual(['Half a sentence']);
  hearing.stream.flush();
  await clock.advance(30_000);
  expect(hearing.errors).toEqual([]);
});

describe('a connection', () => {
  it.each<[number, LoopbackOptions['deepgram']]>([
    [401, {}],
    [402, { credits: false }],
    [403, { models: ['nova-2-general'] }],
  ])('that was refused with %i is one typed error', async (statusCode, deepgram) => {
    const { hearing } = await listen(
      { ...(statusCode === 401 ? { apiKey: 'wrong' } : {}) },
      { keys: ['dg-test-key'], deepgram },
    );
    await hearing.ended;
    expect(hearing.errors).toMatchObject([{ recoverable: false, error: { name: 'APIStatusError', statusCode } }]);
    expect(JSON.stringify(hearing.errors)).not.toContain('dg-test-key');
  });
});

describe('options', () => {
  it('are said in the query, lists by repeating their key, over a base URL with a prefix and a query', async () => {
    const { cloud } = await listen({
      keyterm: ['Zyphorra', 'customer service'],
      redact: ['pci', 'ssn'],
      tags: ['a', 'b'],
      replace: { colour: 'color' },
      utteranceEndMs: 1_000,
      numerals: true,
      language: 'multi',
      mipOptOut: true,
    });
    await until(() => cloud.requests.length > 0);
    const query = new URLSearchParams(cloud.requests[0]!.query);
    expect(query.getAll('keyterm')).toEqual(['Zyphorra', 'customer service']);
    expect(query.getAll('redact')).toEqual(['pci', 'ssn']);
    expect(query.getAll('tag')).toEqual(['a', 'b']);
    expect(query.get('replace')).toBe('colour:color');
    expect(Object.fromEntries(query)).toMatchObject({
      model: 'nova-3',
      language: 'multi',
      encoding: 'linear16',
      sample_rate: '16000',
      channels: '1',
      endpointing: '25',
      interim_results: 'true',
      smart_format: 'true',
      utterance_end_ms: '1000',
      mip_opt_out: 'true',
      vad_events: 'true',
    });
  });

  it('that change open a new socket, without losing what was said; those that do not, none', async () => {
    const { hearing, model, say, clock, cloud } = await listen();
    await say('One.');
    await hearing.finals(1);
    model.updateOptions({ punctuate: true });
    model.updateOptions({ language: 'en-GB' });
    await say('Two.');
    await clock.advance(1_000);
    expect(await hearing.finals(2)).toEqual(['One.', 'Two.']);
    expect(cloud.requests.map(({ query }) => new URLSearchParams(query).get('language'))).toEqual(['en-US', 'en-GB']);
    model._updateSessionKeyterms(['Zyphorra']);
    await clock.advance(1_000);
    await until(() => cloud.requests.length === 3);
    expect(cloud.requests[2]!.query).toContain('keyterm=Zyphorra');
    expect(hearing.errors).toEqual([]);
  });

  it('of one stream stay its own when those of all change', async () => {
    const { hearing, model, clock, cloud } = await listen();
    await until(() => cloud.sockets === 1);
    hearing.stream.updateOptions({ numerals: true });
    model.updateOptions({ keyterm: ['Quill'] });
    model._updateSessionKeyterms(['Zyphorra']);
    await clock.advance(1_000);
    const last = (): URLSearchParams => new URLSearchParams(cloud.requests.at(-1)!.query);
    await until(() => last().getAll('keyterm').length === 2);
    expect([last().get('numerals'), last().getAll('keyterm')]).toEqual(['true', ['Quill', 'Zyphorra']]);
    expect(() => model.updateOptions({ keyterm: 'word' as never })).toThrow(/keyterm/);
  });

  it.each<[keyof STTOptions, unknown]>([
    ['model', ''],
    ['sampleRate', 4_000],
    ['numChannels', 2],
    ['endpointing', -1],
    ['utteranceEndMs', 5],
    ['keyterm', 'word'],
    ['keywords', ['word']],
    ['redact', [5]],
    ['interimResults', 'yes'],
    ['tags', ['x'.repeat(129)]],
    ['language', 5],
  ])('that cannot work are refused by name: %s', (option, value) => {
    expect(() => new STT({ apiKey: 'k', [option]: value })).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(option) }),
    );
  });

  it('must go together: with what held before, too', () => {
    const model = new STT({ apiKey: 'k', utteranceEndMs: 1_000 });
    expect(() => model.updateOptions({ interimResults: false })).toThrow(/^utteranceEndMs needs interimResults$/);
    model.updateOptions({ interimResults: false, utteranceEndMs: null });
  });

  it('name the key that is missing', () => {
    vi.stubEnv('DEEPGRAM_API_KEY', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => new STT()).toThrow(expect.objectContaining({ code: 'missing-credential' }));
  });
});

it('recognize() writes down a whole piece of speech, and names its language where that is asked', async () => {
  const { model } = await listen({ detectLanguage: false });
  const event = await model.recognize(await speechFrames('Where is the station?', { sampleRate }));
  expect(event).toMatchObject({ alternatives: [{ text: 'Where is the station?', language: 'en-US' }] });
  const other = new STT({ apiKey: 'dg-test-key', baseUrl: 'http://127.0.0.1:1', detectLanguage: true });
  expect(() => other.stream()).toThrow(expect.objectContaining({ code: 'unsupported' }));
});
