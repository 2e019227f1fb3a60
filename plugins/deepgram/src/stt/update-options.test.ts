import {
  hear,
  listenToScript,
  listenWith,
  until,
  type Scripted,
  type ScriptedSocket,
} from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { gateways, STT, STTv2, TTS, TTSv2 } from '../index.ts';
import type { STTOptions } from './options.ts';
import type { SpeechStream } from './stt.ts';

const said = ({ url }: ScriptedSocket): URLSearchParams => new URL(url, 'ws://host').searchParams;

/** The socket that takes over. */
async function takeover({ clock, sockets }: Pick<Scripted<never>, 'clock' | 'sockets'>, count: number) {
  await until(() => clock.pending > 0);
  await clock.advance(1_000);
  await until(() => sockets.length === count);
  return said(sockets.at(-1)!);
}

async function listen(options: Partial<STTOptions> = {}) {
  let model!: STT;
  const script = await listenToScript<SpeechStream>((baseUrl) => {
    return (model = new STT({ apiKey: 'k', baseUrl, ...options }));
  });
  const { sockets, clock } = script;
  const next = (count: number): Promise<URLSearchParams> => takeover(script, count);
  /** None does. */
  const none = async (count: number): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1_000);
    expect([sockets.length, script.hearing.errors]).toEqual([count, []]);
  };
  return { ...script, model, next, none, stream: script.hearing.stream };
}

describe('behind Workers AI', () => {
  const at = (baseURL: string) => gateways.cloudflare({ baseURL, apiKey: 'cf', workersAI: true });

  it('a model that construction refuses is refused by updateOptions, and the call goes on', async () => {
    let model!: STT;
    const script = await listenToScript<SpeechStream>((url) => {
      return (model = new STT({ gateway: at(`${url}/v1/a/g`), model: '@cf/deepgram/nova-3' }));
    });
    const { hearing } = script;
    for (const one of [model, hearing.stream]) {
      expect(() => one.updateOptions({ model: 'nova-3', numerals: true })).toThrow(
        expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining('@cf/deepgram/nova-3') }),
      );
    }
    expect(model.model).toBe('@cf/deepgram/nova-3');
    model.updateOptions({ keyterm: ['Quill'] });
    const query = await takeover(script, 2);
    expect([query.get('numerals'), query.get('keyterm')]).toEqual(['false', 'Quill']);
    expect(hearing.errors).toEqual([]);
  });

  it('so it is by the updateOptions of a voice', async () => {
    const model = new TTS({ gateway: at('http://127.0.0.1:1/v1/a/g'), model: '@cf/deepgram/aura-1' });
    expect(() => model.updateOptions({ model: 'aura-2-thalia-en' })).toThrow(/own names, such as/);
    expect(model.model).toBe('@cf/deepgram/aura-1');
    await model.close();
  });
});

it('options that one of the streams cannot have change nothing, of the model neither', async () => {
  const { model, stream, sockets, next } = await listen();
  hear<SpeechStream>(model);
  stream.updateOptions({ interimResults: false });
  await next(3);
  expect(() => model.updateOptions({ utteranceEndMs: 1_000 })).toThrow(/^utteranceEndMs needs interimResults$/);
  model.updateOptions({ numerals: true });
  await next(5);
  expect(sockets.map((socket) => said(socket).get('utterance_end_ms'))).toEqual(Array(5).fill(null));
});

it('a list that was changed and given again is told', async () => {
  const keyterm = ['Quill'];
  const { model, next } = await listen({ keyterm });
  keyterm.push('Zyphorra');
  model.updateOptions({ keyterm });
  expect((await next(2)).getAll('keyterm')).toEqual(['Quill', 'Zyphorra']);
});

it('nothing at all changes nothing', async () => {
  const { model, stream, none } = await listen();
  model.updateOptions();
  stream.updateOptions({});
  await none(1);
});

describe('what was said is kept, whatever follows from it meanwhile', () => {
  it('detectLanguage leaves open streams and their language alone', async () => {
    const { model, none, next } = await listen({ language: 'de' });
    model.updateOptions({ detectLanguage: true });
    await none(1);
    model.updateOptions({ detectLanguage: false, numerals: true });
    expect((await next(2)).get('language')).toBe('de');
  });

  it('a model that knows English only is asked for again when English is spoken again', async () => {
    const { model, next } = await listen({ model: 'nova-2-phonecall', language: 'en-GB' });
    model.updateOptions({ language: 'de' });
    expect((await next(2)).get('model')).toBe('nova-2-general');
    expect(model.model).toBe('nova-2-general');
    model.updateOptions({ language: 'en-GB' });
    expect((await next(3)).get('model')).toBe('nova-2-phonecall');
  });

  it('languageHint waits for a model that takes it', async () => {
    let model!: STTv2;
    const script = await listenToScript((url) => {
      return (model = new STTv2({ apiKey: 'k', endpointUrl: url, languageHint: ['es'] }));
    });
    model.updateOptions({ model: 'flux-general-multi' });
    expect((await takeover(script, 2)).getAll('language_hint')).toEqual(['es']);
    expect(said(script.sockets[0]!).getAll('language_hint')).toEqual([]);
  });
});

it('a change in the middle of an utterance waits for its end, and the turn stays one', async () => {
  const { model, hearing, sockets, speak, none, next } = await listen();
  const result = (more: object) => ({
    ...{ type: 'Results', start: 0, duration: 1 },
    ...{ channel: { alternatives: [{ transcript: 'one turn', words: [] }] }, ...more },
  });
  speak(500);
  sockets[0]!.say({ type: 'SpeechStarted', timestamp: 0 }, result({ is_final: false }));
  await until(() => hearing.events.length > 1);
  model.updateOptions({ numerals: true });
  await none(1);
  sockets[0]!.say(result({ is_final: true, speech_final: true }));
  expect((await next(2)).get('numerals')).toBe('true');
  expect(hearing.story()).toBe('<one turn>');
});

it('capabilities follow the options', () => {
  const model = new STT({ apiKey: 'k', interimResults: false, model: 'nova-2' });
  const told = { streaming: true, alignedTranscript: 'word' };
  expect(model.capabilities).toEqual({ ...told, interimResults: false, diarization: false, keyterms: false });
  model.updateOptions({ interimResults: true, diarize: true, model: 'nova-3' });
  expect(model.capabilities).toEqual({ ...told, interimResults: true, diarization: true, keyterms: true });
  // A model that knows English only is not what is asked.
  model.updateOptions({ model: 'nova-3-general', language: 'de' });
  expect(model.capabilities.keyterms).toBe(false);
});

describe('words to prefer', () => {
  it('of a session are not sent with a model that refuses them, and the call goes on', async () => {
    const { cloud, hearing, model, say } = await listenWith<SpeechStream, STT>(
      ({ origin }) => new STT({ apiKey: 'k', baseUrl: origin, model: 'nova-2', keywords: [['Quill', 2]] }),
    );
    await until(() => cloud.sockets === 1);
    model._updateSessionKeyterms(['Zyphorra']);
    await say('Where is the station?');
    await hearing.finals(1);
    expect([cloud.requests.length, hearing.errors]).toEqual([1, []]);
    expect(cloud.requests[0]!.query).not.toContain('keyterm');
  });

  it.each<[string, Partial<STTOptions>, RegExp]>([
    ['keyterm', { model: 'nova-2-phonecall', keyterm: ['a'] }, /empty with nova-2-phonecall: .* have keywords/],
    ['keyterm', { model: 'nova-3-general', language: 'de', keyterm: ['a'] }, /empty with nova-2-general/],
    ['keyterm', { model: 'base', keyterm: ['a'] }, /empty with base/],
    ['keyterm', { keyterm: ['word '.repeat(501)] }, /at most 500 words in all, not 501/],
    ['keywords', { keywords: [['a', 1]] }, /empty with nova-3: it has keyterm/],
    ['keywords', { model: '@cf/deepgram/nova-3', keywords: [['a', 1]] }, /it has keyterm/],
  ])('of another model are refused, at construction and later: %s %j', (option, options, message) => {
    const refused = expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(message) });
    expect(() => new STT({ apiKey: 'k', ...options })).toThrow(refused);
    const model = new STT({ apiKey: 'k' });
    expect(() => model.updateOptions(options)).toThrow(refused);
    expect(() => model.updateOptions(options)).toThrow(new RegExp(`^${option} must be `));
  });

  it.each(['nova-3', 'nova-3-medical', 'nova-4', '3f2c-custom'])('are a keyterm of %s', (model) => {
    new STT({ apiKey: 'k', model, keyterm: ['a'] });
  });

  it.each(['nova', 'nova-2', 'nova-2-general', 'enhanced-general', '3f2c-custom'])('are keywords of %s', (model) => {
    new STT({ apiKey: 'k', model, keywords: [['a', 1]] });
  });

  it('of a session are as many as surely fit', async () => {
    const { model, next } = await listen({ keyterm: ['mine'] });
    model._updateSessionKeyterms(Array.from({ length: 10_000 }, (_, n) => `name ${n}`));
    const terms = (await next(2)).getAll('keyterm');
    expect(terms.slice(0, 2)).toEqual(['mine', 'name 0']);
    expect(terms.length).toBeGreaterThan(100);
    expect(terms.join(' ').split(' ').length).toBeLessThan(500);
  });
});

describe('an address that fixes the audio', () => {
  const query = 'encoding=linear16&sample_rate=16000';
  const refused = (rate: number) => new RegExp(`^\`sample_rate\` .* must be ${rate}`);

  it('is honoured by updateOptions of a voice, also where nobody said a rate', () => {
    for (const Voice of [TTS, TTSv2]) {
      expect(() => new Voice({ apiKey: 'k', baseUrl: `wss://b.example.com?${query}` })).toThrow(refused(24_000));
      const model = new Voice({ apiKey: 'k', baseUrl: `wss://b.example.com?${query}`, sampleRate: 16_000 });
      expect(() => model.updateOptions({ sampleRate: 24_000 })).toThrow(refused(24_000));
      expect(model.sampleRate).toBe(16_000);
    }
    const model = new TTS({ apiKey: 'k', query: { sample_rate: 24_000 } });
    expect(() => model.updateOptions({ sampleRate: 8_000 })).toThrow(refused(8_000));
  });

  it('serves streams, and not recognize(), which sends a file that says it itself', async () => {
    const model = new STT({ apiKey: 'k', baseUrl: `wss://b.example.com?${query}` });
    await expect(model.recognize([])).rejects.toThrow(/^`encoding` in the query of the address must be left out/);
    expect(() => new STT({ apiKey: 'k', baseUrl: 'wss://b.example.com?channels=2' })).toThrow(/^`channels` .* be 1/);
  });
});

it('a language that is null or undefined is not set', () => {
  for (const language of [null, undefined] as unknown as undefined[]) {
    const models = [new STT({ apiKey: 'k', language }), new STTv2({ apiKey: 'k', language })];
    for (const model of models) model.updateOptions({ language });
  }
});

it.each(['stt', 'tts'] as const)('%s that is closed makes no stream, and says so', async (kind) => {
  const closed = expect.objectContaining({ code: 'closed', message: expect.stringMatching(/^deepgram\..* is closed/) });
  for (const model of kind === 'stt'
    ? [new STT({ apiKey: 'k' }), new STTv2({ apiKey: 'k' })]
    : [new TTS({ apiKey: 'k' }), new TTSv2({ apiKey: 'k' })]) {
    await model.close();
    expect(() => model.stream()).toThrow(closed);
    if ('synthesize' in model) expect(() => model.synthesize('x')).toThrow(closed);
  }
});

it('words of a stream and words of the session stand beside each other', async () => {
  const { model, stream, next } = await listen({ keyterm: ['of all'] });
  model._updateSessionKeyterms(['session']);
  expect((await next(2)).getAll('keyterm')).toEqual(['of all', 'session']);
  stream.updateOptions({ keyterm: ['mine'] });
  expect((await next(3)).getAll('keyterm')).toEqual(['mine', 'session']);
  model._updateSessionKeyterms(['another']);
  expect((await next(4)).getAll('keyterm')).toEqual(['mine', 'another']);
  model._updateSessionKeyterms([]);
  expect((await next(5)).getAll('keyterm')).toEqual(['mine']);
});

it.each([
  ['apiKey', 'another-key', /give apiKey a function/],
  ['baseUrl', 'wss://eu.example.com', /decided at construction/],
  ['baseURL', 'wss://eu.example.com', /decided at construction/],
  ['endpointUrl', 'wss://eu.example.com', /decided at construction/],
  ['gateway', null, /decided at construction/],
  ['headers', {}, /decided at construction/],
  ['sentenceTokenizer', {}, /decided at construction/],
])('%s is decided at construction', async (option, value, message) => {
  const [stt, turns] = [new STT({ apiKey: 'k' }), new STTv2({ apiKey: 'k' })];
  const stream = stt.stream();
  for (const one of [stt, turns, stream, new TTS({ apiKey: 'k' })]) {
    const update = (): void => one.updateOptions({ [option]: value });
    expect(update).toThrow(
      expect.objectContaining({ code: 'invalid-option', message: expect.stringMatching(message) }),
    );
    expect(update).toThrow(new RegExp(`^${option} must be left out`));
  }
  stream.close();
  await stt.close();
});

it('null takes a setting back, where nothing is the default', async () => {
  let model!: STTv2;
  const script = await listenToScript((url) => {
    return (model = new STTv2({ apiKey: 'k', endpointUrl: url, redact: 'numbers', tags: ['t'], eotThreshold: 0.8 }));
  });
  model.updateOptions({ redact: null, tags: null, eotThreshold: null });
  await takeover(script, 2);
  const names = ['redact', 'tag', 'eot_threshold'];
  const told = script.sockets.map((socket) => names.map((name) => said(socket).get(name)));
  expect(told).toEqual([
    ['numbers', 't', '0.8'],
    [null, null, null],
  ]);
});
