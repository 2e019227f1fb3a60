import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test('without options both conversations are held behind LiteLLM, into a folder that git ignores', () => {
  const options = readOptions([], {});
  expect(options).toMatchObject({ modes: ['pipeline', 'realtime'], gateway: 'litellm', live: false, faults: false });
  expect(options.out).toMatch(/demo[/\\]out$/);
});

test('what makes no sense is told by name', () => {
  expect(() => readOptions(['--mode', 'text'], {})).toThrow("not 'text'");
  expect(() => readOptions(['--gateway', 'kong'], {})).toThrow("litellm, litellm@1.105, none, not 'kong'");
  expect(() => readOptions(['--fast'], {})).toThrow('--fast');
  expect(() => readOptions(['--out', ''], {})).toThrow('--out needs');
  expect(() => readOptions(['--live'], {})).toThrow('OPENAI_API_KEY');
  expect(() => readOptions(['--live', '--gateway', 'litellm'], { OPENAI_API_KEY: 'key' })).toThrow(
    'leave --gateway out',
  );
  expect(() => readOptions(['--live', '--faults'], { OPENAI_API_KEY: 'key' })).toThrow('leave --live out');
  expect(readOptions(['--live'], { OPENAI_API_KEY: 'key' }).live).toBe(true);
});
