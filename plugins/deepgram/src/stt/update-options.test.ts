import { hear, listenToScript, until, type Scripted, type ScriptedSocket } from '@patchbay/conformance/testing';
import { describe, expect, it } from 'vitest';
import { gateways, STT, STTv2, TTS } from '../index.ts';
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
