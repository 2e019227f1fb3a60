import { describe, expect, it } from 'vitest';
import { endpoint, openaiEndpoints } from './index.ts';
import type { EndpointDescription } from './index.ts';

const description: EndpointDescription = {
  provider: 'acme',
  capability: 'transcription',
  base: 'https://api.acme.test',
  path: '/listen',
  auth: { header: 'Authorization' },
  model: { in: 'none' },
};

describe('an endpoint', () => {
  it('cannot be changed once it is described', () => {
    expect(() => Object.assign(endpoint(description), { path: '/other' })).toThrow(TypeError);
    expect(() => Object.assign(openaiEndpoints, { chat: description })).toThrow(TypeError);
  });

  it.each(['listen', '/listen/', '/listen?x=1', '//listen', '/li sten'])('has no path like %j', (path) => {
    expect(() => endpoint({ ...description, path })).toThrow(/`path` of an endpoint/);
  });

  it('has a base that can be dialled', () => {
    expect(() => endpoint({ ...description, base: 'api.acme.test' })).toThrow(
      /`acme endpoint base` must be an absolute URL/,
    );
  });
});

describe("OpenAI's close codes", () => {
  it.each([
    ['conversation', 1001, 'rotate'],
    ['transcription', 1008, 'fatal'],
    ['responses', 1012, 'retry'],
    ['responses', 1013, 'retry'],
    ['live', 3000, 'fatal'],
    ['translation', 4000, 'fatal'],
  ] as const)('%s closed with %i: %s', (capability, code, verdict) => {
    expect(openaiEndpoints[capability].closes?.[code]).toBe(verdict);
  });
});
