import { expect, test } from 'vitest';
import { help, readOptions } from './options.ts';

const refusal = (args: string[], environment: NodeJS.ProcessEnv = {}): unknown => {
  try {
    readOptions(args, environment);
  } catch (error) {
    return error;
  }
  throw new Error('It was taken.');
};

test('without options both conversations are held behind LiteLLM, into a folder that git ignores', () => {
  const options = readOptions([], {});
  expect(options).toMatchObject({ modes: ['pipeline', 'realtime'], gateway: 'litellm', live: false, faults: false });
  expect(options.cast).toMatchObject({
    stt: { provider: { title: 'OpenAI' } },
    tts: { provider: { title: 'OpenAI' } },
  });
  expect(options.out).toMatch(/demo[/\\]out$/);
});

test('--stt and --tts name who hears and who speaks, in the pipeline alone unless both are asked for', () => {
  const { modes, cast } = readOptions(['--stt', 'deepgram-flux', '--tts', 'deepgram'], {});
  expect(modes).toEqual(['pipeline']);
  expect(cast).toMatchObject({ stt: { title: 'Deepgram’s STTv2, Flux' }, tts: { title: 'Deepgram’s TTS, Aura' } });
  expect(readOptions(['--tts', 'deepgram', '--mode', 'both'], {}).modes).toEqual(['pipeline', 'realtime']);
});

test('a gateway stands between as long as it lets all parts through', () => {
  expect(readOptions(['--stt', 'deepgram'], {}).gateway).toBe('litellm');
  expect(readOptions(['--stt', 'deepgram', '--gateway', 'litellm@1.105'], {}).gateway).toBe('litellm@1.105');
  expect(readOptions(['--stt', 'deepgram-flux'], {}).gateway).toBe('none');
  expect(readOptions(['--tts', 'deepgram'], {}).gateway).toBe('none');
  expect(refusal(['--tts', 'deepgram', '--gateway', 'litellm'])).toMatchObject({
    message: '--gateway litellm does not let Deepgram’s TTS, Aura through: take --gateway none.',
  });
});

test('the help tells every choice', () => {
  for (const name of ['openai', 'deepgram', 'deepgram-flux', 'litellm', 'realtime']) expect(help).toContain(name);
});

test.each([
  [['--mode', 'text'], '--mode is one of pipeline, realtime, both, not ‘text’'],
  [['--gateway', 'kong'], '--gateway is one of litellm, litellm@1.105, none, not ‘kong’'],
  [['--stt', 'sonix'], /^--stt is one of openai, deepgram, deepgram-flux.*, not ‘sonix’/],
  [['--tts', ''], /^--tts is one of openai, deepgram, deepgram-flux.*, not ‘’/],
  [['--fast'], '--fast'],
  [['--out', ''], '--out needs'],
  [['--mode', 'realtime', '--stt', 'deepgram'], 'speech to speech has none'],
  [['--faults', '--tts', 'deepgram'], 'leave --stt and --tts out'],
  [['--faults', '--short'], 'leave --short out'],
  [['--live', '--gateway', 'litellm'], 'leave --gateway out'],
  [['--live', '--faults'], 'leave --live out'],
])('%j makes no sense, and says so in a typed error', (args, message) => {
  const error = refusal(args, { OPENAI_API_KEY: 'key' });
  expect(error).toMatchObject({ name: 'PatchbayError', code: 'invalid-option' });
  expect((error as Error).message).toMatch(message);
});

test('--live needs the keys of those who take part', () => {
  expect(refusal(['--live'])).toMatchObject({ message: '--live needs OPENAI_API_KEY in the environment.' });
  expect(refusal(['--live', '--stt', 'deepgram', '--tts', 'deepgram-flux'])).toMatchObject({
    message: '--live needs OPENAI_API_KEY and DEEPGRAM_API_KEY in the environment.',
  });
  expect(readOptions(['--live', '--tts', 'deepgram'], { OPENAI_API_KEY: 'a', DEEPGRAM_API_KEY: 'b' })).toMatchObject({
    live: true,
    gateway: 'none',
  });
});
