import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { connectOptionsOf, environment, Secret } from './options.ts';

afterEach(() => {
  delete process.env.PATCHBAY_KIT_TEST;
});

describe('options', () => {
  it('reads the environment when asked, and takes blank for absent', () => {
    expect(environment('PATCHBAY_KIT_TEST')).toBeUndefined();
    process.env.PATCHBAY_KIT_TEST = '  ';
    expect(environment('PATCHBAY_KIT_TEST')).toBeUndefined();
    process.env.PATCHBAY_KIT_TEST = ' value\n';
    expect(environment('PATCHBAY_KIT_TEST')).toBe('value');
  });

  it('picks out where to connect and how', () => {
    const options = { baseURL: 'https://a.example/v1', proxy: false as const, voice: 'v', headers: undefined };
    expect(connectOptionsOf(options)).toEqual({ baseURL: 'https://a.example/v1', proxy: false });
  });

  it.each([{ agent: 'http://user:hush-hush-1@proxy' as never }, { proxy: 'ftp://user:hush-hush-1@proxy' }])(
    'refuses %o before anything is dialled, without repeating it',
    (options) => {
      expect(() => connectOptionsOf(options)).toThrow(new RegExp(`^The option \`${Object.keys(options)[0]}\` must be`));
      expect(() => connectOptionsOf(options)).not.toThrow(/hush-hush-1/);
    },
  );

  it('shows a secret to nobody who only looks', () => {
    const holder = { key: new Secret('sk-hidden') };
    expect(inspect(holder) + JSON.stringify(holder) + String(holder.key)).not.toContain('hidden');
    expect(holder.key.reveal()).toBe('sk-hidden');
  });
});
